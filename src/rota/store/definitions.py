"""What the code of an application declares: sets of tasks and jobs, known by their hash."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from rota.store import upsert
from rota.store.nodes import GONE, LIVE
from rota.store.schema import declarations, generations, nodes, tasks

_g, _t, _d = generations.c, tasks.c, declarations.c


def publish(conn: Connection, app: str, published: dict[str, Any], at: datetime) -> int:
    """Write a set of definitions, once. Returns the id of the generation; a later one has a higher id.

    The problems of a set that is known are those of the node that published it last: they may have been mended.
    """
    given = {"app": app, "hash": published["hash"], "seen_at": at, "problems": published["problems"]}
    wanted = (
        upsert.insert(conn.dialect.name, generations).values(given).on_conflict_do_nothing().returning(_g.id)
    )
    made = conn.execute(wanted).scalar()
    if made is None:
        known = update(generations).where(_g.app == app, _g.hash == published["hash"])
        renewed = known.values(problems=published["problems"]).returning(_g.id)
        return int(conn.execute(renewed).scalar_one())
    _fill(conn, made, published)
    return int(made)


def _fill(conn: Connection, generation: int, published: dict[str, Any]) -> None:
    known = [{"generation_id": generation, "name": task["name"], "info": task} for task in published["tasks"]]
    if known:
        conn.execute(insert(tasks), known)
    made = [
        {"generation_id": generation, "name": job["spec"]["name"], "info": job} for job in published["jobs"]
    ]
    if made:
        conn.execute(insert(declarations), made)


def live_generations(conn: Connection) -> dict[str, list[int]]:
    """The generations that live nodes run, by app, the newest first. A node for one execution decides nothing."""
    query = select(_g.app, _g.id, nodes.c.info).join(nodes, nodes.c.generation_id == _g.id)
    found: dict[str, set[int]] = {}
    for app, generation, info in conn.execute(query.where(nodes.c.status != GONE)):
        if info.get("only") is None:
            found.setdefault(app, set()).add(generation)
    return {app: sorted(these, reverse=True) for app, these in found.items()}


def declared(conn: Connection, generation: int) -> dict[str, dict[str, Any]]:
    """The jobs that a generation declares, by name: {"spec", "source", "sources"}."""
    rows = conn.execute(select(_d.name, _d.info).where(_d.generation_id == generation))
    return {name: info for name, info in rows}


def declared_names(conn: Connection, these: Sequence[int]) -> set[str]:
    """The names of all jobs that any of these generations declares."""
    return set(conn.execute(select(_d.name).where(_d.generation_id.in_(these))).scalars())


def task(conn: Connection, name: str) -> dict[str, Any] | None:
    """What is known of a task, by the newest generation that knows it."""
    query = select(_t.info).where(_t.name == name).order_by(_t.generation_id.desc()).limit(1)
    found: dict[str, Any] | None = conn.execute(query).scalar()
    return found


def task_names(conn: Connection) -> list[str]:
    """The names of all tasks that were ever published."""
    return sorted(conn.execute(select(_t.name).distinct()).scalars())


def newest_tasks(conn: Connection) -> list[dict[str, Any]]:
    """What is known of every task that was ever published, by name, each by the newest generation that knows it."""
    newest = select(_t.name, func.max(_t.generation_id).label("generation_id")).group_by(_t.name).subquery()
    same = (newest.c.name == _t.name) & (newest.c.generation_id == _t.generation_id)
    return list(conn.execute(select(_t.info).join(newest, same).order_by(_t.name)).scalars())


def live_tasks(conn: Connection, name: str, status: str = LIVE) -> list[int]:
    """The live nodes that know a task; or those that stand otherwise."""
    query = (
        select(nodes.c.id)
        .join(tasks, _t.generation_id == nodes.c.generation_id)
        .where(_t.name == name, nodes.c.status == status)
    )
    return list(conn.execute(query).scalars())


def knowers(conn: Connection) -> list[tuple[str, int]]:
    """Each task of a live node, with the node's id."""
    query = select(_t.name, nodes.c.id).join(nodes, _t.generation_id == nodes.c.generation_id)
    return [(name, node) for name, node in conn.execute(query.where(nodes.c.status == "live"))]


def problems(conn: Connection, these: Sequence[int] | None = None) -> list[dict[str, Any]]:
    """The import errors and invalid declarations of these generations, or of all that live nodes run."""
    live = select(nodes.c.generation_id).where(nodes.c.status != GONE)
    rows = conn.execute(select(_g.problems).where(_g.id.in_(live if these is None else these)))
    return [problem for found in rows.scalars() for problem in found]
