"""Executions as they are read: one, a list, and what retention takes away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    delete,
    func,
    literal,
    literal_column,
    select,
)

from rota.domain.execution import ACTIVE, FINAL, UNDERWAY, UNSUCCESSFUL, Execution, Status, Trigger
from rota.store.looking import Look
from rota.store.results import id_at
from rota.store.rows import one_of
from rota.store.schema import executions, jobs, log_lines, nodes

_e = executions.c
_JOINED = (
    select(executions, jobs.c.name.label("job_name"), jobs.c.task_name, nodes.c.name.label("node"))
    .join(jobs, jobs.c.id == _e.job_id)
    .outerjoin(nodes, nodes.c.id == _e.owner)
)
_OWN = set(Execution.model_fields)
FEW = 10_000
"""So many are sorted sooner than they are found among all others, in the order of ids."""
_RARE = (*UNSUCCESSFUL, Status.CANCELLED, Status.SKIPPED, Status.MISSED)
SLACK = timedelta(hours=1)
"""So much may the order of ids differ from that of the instants of queueing: clocks of machines differ."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which executions to list. A field that is None does not restrict."""

    job_id: int | None = None
    statuses: Sequence[Status] | None = None
    since: datetime | None = None
    before_id: int | None = None
    after_id: int | None = None
    ids: Sequence[int] | None = None
    trigger: Trigger | None = None
    until: datetime | None = None
    node_id: int | None = None


def find(conn: Connection, execution_id: int) -> Execution | None:
    """The execution of that id, or None."""
    row = conn.execute(_JOINED.where(_e.id == execution_id)).one_or_none()
    return None if row is None else _execution(row)


def told_to_stop(conn: Connection, ids: Iterable[int]) -> set[int]:
    """Those of `ids` that somebody asked to stop, whether or not they heard of it."""
    asked = (_e.id.in_(list(ids)), _e.cancel_requested_by.is_not(None))
    return set(conn.execute(select(_e.id).where(*asked)).scalars())


def ended(conn: Connection, ids: Iterable[int]) -> set[int]:
    """Those of `ids` that have ended, or that retention has taken away."""
    asked = set(ids)
    standing = select(_e.id).where(_e.id.in_(asked), one_of(_e.status, *ACTIVE))
    return asked - set(conn.execute(standing).scalars())


def listing(conn: Connection, wanted: Filter, size: int) -> list[Execution]:
    """The newest executions that match, newest first."""
    conditions = [*_conditions(wanted), *_standing(conn, wanted.statuses or ()), *_bounds(conn, wanted)]
    query = _JOINED.where(*conditions).order_by(_e.id.desc()).limit(size)
    return [_execution(row) for row in conn.execute(query)]


def _conditions(wanted: Filter) -> Iterable[ColumnElement[bool]]:
    if wanted.job_id is not None:
        yield _e.job_id == wanted.job_id
    if wanted.statuses is not None:
        yield from _with_status(wanted.statuses)
    if wanted.trigger is not None:
        yield one_of(_e.trigger, wanted.trigger)
        if wanted.trigger is not Trigger.SCHEDULER:
            yield _e.trigger != literal_column("'scheduler'")
    if wanted.node_id is not None:
        yield _e.owner == wanted.node_id
    if wanted.before_id is not None:
        yield _e.id < wanted.before_id
    if wanted.after_id is not None:
        yield _e.id > wanted.after_id
    if wanted.ids is not None:
        yield _e.id.in_(wanted.ids)


def _with_status(statuses: Sequence[Status]) -> Iterable[ColumnElement[bool]]:
    """In the words of the indexes over such rows, or a database does not see that one holds what is asked for."""
    yield one_of(_e.status, *statuses)
    # One status is found in the order of ids by the index over the rare ones, several by that over what went wrong.
    for indexed in (UNSUCCESSFUL, _RARE) if len(statuses) > 1 else (_RARE,):
        if set(statuses) <= set(indexed):
            yield one_of(_e.status, *indexed)
            return


def _standing(conn: Connection, statuses: Sequence[Status]) -> Iterable[ColumnElement[bool]]:
    """The same for those that have not ended, which no index has in the order of ids, unless they are too many."""
    for indexed in (UNDERWAY, ACTIVE):
        if statuses and set(statuses) <= set(indexed) and _are_few(conn, indexed):
            yield one_of(_e.status, *indexed)
            return


def _are_few(conn: Connection, statuses: Sequence[Status]) -> bool:
    some = select(literal(1)).where(one_of(_e.status, *statuses)).limit(FEW + 1).subquery()
    return conn.execute(select(func.count()).select_from(some)).scalar_one() <= FEW


def _bounds(conn: Connection, wanted: Filter) -> Iterable[ColumnElement[bool]]:
    """From when to when. Ids grow as time does, so rows of other times need not be looked at."""
    if wanted.since is not None:
        yield _e.queued_at >= wanted.since
        yield _e.id >= id_at(conn, wanted.since - SLACK)
    if wanted.until is not None:
        yield _e.queued_at < wanted.until
        yield _e.id <= id_at(conn, wanted.until + SLACK)


_NEWEST = select(func.max(_e.id))


def newest(look: Look) -> int:
    """The id of the newest execution; 0 when there is none."""
    return look(_NEWEST)[0][0] or 0


def purge(
    conn: Connection,
    after_id: int,
    ended_before: datetime,
    failed_before: datetime,
    most: int,
    *,
    dry_run: bool = False,
) -> tuple[int, int | None]:
    """Delete, among the next `most` executions after `after_id`, those that ended long enough ago.

    ended_before   for those that succeeded, were cancelled, skipped or missed
    failed_before  for those that failed, timed out or were lost
    Returns how many were (or would be) deleted and the last id looked at, None when there is nothing further.
    """
    window = select(_e.id, _e.status, _e.ended_at).where(_e.id > after_id).order_by(_e.id).limit(most)
    seen = conn.execute(window).all()
    if not seen:
        return 0, None
    limits = {status: failed_before if status in UNSUCCESSFUL else ended_before for status in FINAL}
    old = [id_ for id_, status, ended in seen if status in limits and ended < limits[Status(status)]]
    if dry_run:
        return len(old), seen[-1].id
    conn.execute(delete(log_lines).where(log_lines.c.execution_id.in_(old)))
    conn.execute(delete(executions).where(_e.id.in_(old)))
    return len(old), seen[-1].id


def counts(conn: Connection, statuses: Sequence[Status]) -> dict[Status, int]:
    """How many executions stand at each of the given statuses."""
    query = select(_e.status, func.count()).where(one_of(_e.status, *statuses)).group_by(_e.status)
    return {Status(status): n for status, n in conn.execute(query)}


def _execution(row: Row[Any]) -> Execution:
    columns = row._asdict()
    values = {name: columns[name] for name in _OWN if name in columns}
    cpu, ms = columns["cpu_seconds"], columns["duration_ms"]
    percent = round(cpu / ms * 100_000, 1) if cpu is not None and ms else None
    derived = {
        "first_id": columns["first_id"] or columns["id"],
        "priority": columns["rank"] // 2,
        "node_id": columns["owner"],
        "cpu_percent": percent,
    }
    return Execution(**values | derived)
