"""Pages of jobs in any order: by number as far as that is cheap, by the last one seen beyond."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select

from rota.domain.job import Job
from rota.store.job_filter import conditions
from rota.store.jobs import LIVING, Filter, job_of, of_ids
from rota.store.schema import job_state, jobs

DEEPEST = 10_000
"""How many rows from the first a page by number may begin; to count further takes a look at each row."""

COLUMNS: dict[str, ColumnElement[Any]] = {
    "id": jobs.c.id,
    "name": jobs.c.name,
    "title": jobs.c.title,
    "job_type": jobs.c.job_type,
    "task_priority": jobs.c.task_priority,
    "created_at": jobs.c.created_at,
    "updated_at": jobs.c.updated_at,
    "next_run": job_state.c.next_run,
    "last_run": job_state.c.last_run,
}
"""What jobs may be ordered by."""

STATE = frozenset({"next_run", "last_run"})
"""Those of them that stand in the narrow table of states, and that a job may be without."""


@dataclass(frozen=True, slots=True)
class Order:
    """By which field, upwards or down; jobs without a value come last, and equal ones by id."""

    field: str = "name"
    down: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """The last job of a page, as far as its order needs it."""

    value: str | int | datetime | None
    id: int


def page(
    conn: Connection, wanted: Filter, order: Order, size: int, *, skip: int = 0, after: Mark | None = None
) -> list[Job]:
    """At most `size` jobs: after the first `skip`, or after the one of a mark."""
    ids = _ids(conn, wanted, order, size, skip, after)
    # Sorted by themselves, ids are narrow; the rows themselves are read only for the page.
    found = {job.id: job for job in map(job_of, conn.execute(of_ids(ids)))}
    return [found[id_] for id_ in ids if id_ in found]


def _ids(
    conn: Connection, wanted: Filter, order: Order, size: int, skip: int, after: Mark | None
) -> list[int]:
    """Those that have a value first, by its index; those without one only where the page has room for them."""
    column, query = COLUMNS[order.field], _numbers(conn, wanted, order.field)
    if order.field not in STATE:
        return _some(conn, _beyond(query, column, order, after), column, order, size, skip)
    found: list[int] = []
    if after is None or after.value is not None:
        filled = _beyond(query.where(column.is_not(None)), column, order, after)
        found = _some(conn, filled, column, order, size, skip)
        if len(found) == size:
            return found
        if skip and not found:
            skip -= conn.execute(select(func.count()).select_from(filled.subquery())).scalar_one()
        else:
            skip = 0
        after = None
    empty = _beyond(query.where(column.is_(None)), column, order, after)
    return found + _some(conn, empty, None, order, size - len(found), skip)


def _numbers(conn: Connection, wanted: Filter, field: str = "id") -> Select[Any]:
    """The query for the ids of the jobs that match, over no more tables than it takes."""
    number = job_state.c.job_id if field in STATE else jobs.c.id
    if field in STATE and wanted == Filter():
        gone = select(jobs.c.id).where(jobs.c.deleted_at.is_not(None))
        return select(number).where(number.not_in(gone))
    there = select(number).where(jobs.c.deleted_at.is_(None), *conditions(conn, wanted))
    return there.select_from(LIVING if field in STATE or wanted.asks_state else jobs)


def _some(
    conn: Connection,
    query: Select[Any],
    column: ColumnElement[Any] | None,
    order: Order,
    size: int,
    skip: int,
) -> list[int]:
    (number,) = query.selected_columns
    keys = [number] if column is None else [column, number]
    keys = [key.desc() for key in keys] if order.down else keys
    return list(conn.execute(query.order_by(*keys).limit(size).offset(skip)).scalars())


def _beyond(query: Select[Any], column: ColumnElement[Any], order: Order, mark: Mark | None) -> Select[Any]:
    """What comes after the mark in that order."""
    if mark is None:
        return query
    (number,) = query.selected_columns
    later = number < mark.id if order.down else number > mark.id
    if mark.value is None:
        return query.where(later)
    further = column < mark.value if order.down else column > mark.value
    return query.where(or_(further, and_(column == mark.value, later)))


def mark_of(job: Job, order: Order) -> Mark:
    """Where a page that ends with this job ends."""
    return Mark(getattr(job, order.field), job.id)


def count(conn: Connection, wanted: Filter) -> tuple[int, bool]:
    """How many jobs match, and whether that is exact: of a selection no more than DEEPEST are counted."""
    if wanted == Filter():
        # Every name is beyond the empty one: said so that SQLite counts in the index of names, not in the wide table.
        there = select(func.count()).where(jobs.c.deleted_at.is_(None), jobs.c.name > "")
        return conn.execute(there).scalar_one(), True
    some = _numbers(conn, wanted).with_only_columns(literal(1)).limit(DEEPEST + 1).subquery()
    found = conn.execute(select(func.count()).select_from(some)).scalar_one()
    return min(found, DEEPEST), found <= DEEPEST
