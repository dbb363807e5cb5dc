"""Pages of jobs in any order: by number as far as that is cheap, by the last one seen beyond."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, literal, or_, select

from rota.domain.job import Job
from rota.store.jobs import Filter, job_of, matching, of_ids
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
    column = COLUMNS[order.field]
    query = matching(conn, wanted).with_only_columns(jobs.c.id)
    if after is not None:
        query = query.where(_beyond(column, order, after))
    keys: list[ColumnElement[Any]] = [column.desc() if order.down else column.asc()]
    keys.append(jobs.c.id.desc() if order.down else jobs.c.id)
    if _may_be_empty(order) and wanted.due_before is None and wanted.overdue_at is None:
        keys.insert(0, column.is_(None))
    ids = list(conn.execute(query.order_by(*keys).limit(size).offset(skip)).scalars())
    # Sorted by themselves, ids are narrow; the rows themselves are read only for the page.
    found = {job.id: job for job in map(job_of, conn.execute(of_ids(ids)))}
    return [found[id_] for id_ in ids if id_ in found]


def _may_be_empty(order: Order) -> bool:
    return order.field in ("next_run", "last_run")


def _beyond(column: ColumnElement[Any], order: Order, mark: Mark) -> ColumnElement[bool]:
    """What comes after the mark in that order."""
    same = jobs.c.id < mark.id if order.down else jobs.c.id > mark.id
    if mark.value is None:
        return and_(column.is_(None), same)
    further = column < mark.value if order.down else column > mark.value
    beyond = or_(further, and_(column == mark.value, same))
    return or_(beyond, column.is_(None)) if _may_be_empty(order) else beyond


def mark_of(job: Job, order: Order) -> Mark:
    """Where a page that ends with this job ends."""
    return Mark(getattr(job, order.field), job.id)


def count(conn: Connection, wanted: Filter) -> tuple[int, bool]:
    """How many jobs match, and whether that is exact: of a selection no more than DEEPEST are counted."""
    if wanted == Filter():
        there = select(func.count()).select_from(jobs).where(jobs.c.deleted_at.is_(None))
        return conn.execute(there).scalar_one(), True
    some = matching(conn, wanted).with_only_columns(literal(1)).limit(DEEPEST + 1).subquery()
    found = conn.execute(select(func.count()).select_from(some)).scalar_one()
    return min(found, DEEPEST), found <= DEEPEST
