"""Pages of jobs in any order: by number as far as that is cheap, by the last one seen beyond."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, cast, func, literal, or_, select

from rota.domain.job import Job
from rota.store.job_filter import found, matching
from rota.store.jobs import LIVING, Filter, of_ids
from rota.store.rows import IDS, among
from rota.store.schema import job_state, jobs

_j, _s = jobs.c, job_state.c

DEEPEST = 10_000
"""How many rows from the first a page by number may begin; to count further takes a look at each row."""

COLUMNS: dict[str, ColumnElement[Any]] = {
    "id": _j.id,
    "name": _j.name,
    "title": _j.title,
    "job_type": _j.job_type,
    "task_priority": _j.task_priority,
    "created_at": _j.created_at,
    "updated_at": _j.updated_at,
    "next_run": _s.next_run,
    "last_run": _s.last_run,
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


def few(conn: Connection, wanted: Filter) -> list[int] | None:
    """The ids of those that match; None where more than DEEPEST do.

    A database that is asked for the first page of what matches goes through the jobs in the order of the page, and
    through all of them where hardly any matches. Asked for what matches alone, it goes by what finds it.
    """
    if wanted == Filter():
        return None
    some = _unordered(conn, wanted).limit(DEEPEST + 1).subquery()
    together = func.json_agg if conn.dialect.name == "postgresql" else func.json_group_array
    ids = json.loads(
        conn.execute(select(cast(together(some.c.id), Text)).select_from(some)).scalar_one() or "[]"
    )
    return ids if len(ids) <= DEEPEST else None


def _unordered(conn: Connection, wanted: Filter) -> Select[Any]:
    """The query for the ids of the jobs that match, in no order: what has the words is found before all else."""
    if wanted.due_before is not None and wanted == Filter(due_before=wanted.due_before):
        # What is deleted is never due.
        return select(_s.job_id.label("id")).where(_s.next_run < wanted.due_before)
    if not wanted.asks_words:
        return _numbers(conn, wanted)
    others = wanted.without_words()
    if others == Filter():
        return found(conn, wanted)
    said = found(conn, wanted).cte("said").prefix_with("MATERIALIZED")
    return _numbers(conn, others).join(said, said.c.id == _j.id)


def total(conn: Connection, wanted: Filter, few: list[int] | None) -> tuple[int, bool]:
    """How many jobs match, as `count` tells it. few: what `few` found"""
    if wanted == Filter():
        return everything(conn), True
    return _told(DEEPEST + 1 if few is None else len(few))


def page(
    conn: Connection, wanted: Filter, order: Order, size: int, *, skip: int = 0, after: Mark | None = None,
    few: list[int] | None = None,
) -> list[Job]:  # fmt: skip
    """At most `size` jobs: after the first `skip`, or after the one of a mark. few: what `few` found"""
    ids = _ids(conn, _keys(conn, wanted, order.field, few), order, size, skip, after)
    # Sorted by themselves, ids are narrow; the rows themselves are read only for the page.
    found = {job.id: job for job in of_ids(conn, ids)}
    return [found[id_] for id_ in ids if id_ in found]


def first(conn: Connection, wanted: Filter, order: Order, size: int) -> list[Job]:
    """The first `size` of the jobs that match."""
    return page(conn, wanted, order, size, few=few(conn, wanted))


def _ids(
    conn: Connection, keys: Select[Any], order: Order, size: int, skip: int, after: Mark | None
) -> list[int]:
    """Those that have a value first, by its index; those without one only where the page has room for them."""
    _, column = keys.selected_columns
    if order.field not in STATE:
        return _some(conn, _beyond(keys, order, after), order, size, skip)
    found: list[int] = []
    if after is None or after.value is not None:
        filled = _beyond(keys.where(column.is_not(None)), order, after)
        found = _some(conn, filled, order, size, skip)
        if len(found) == size:
            return found
        if skip and not found:
            skip -= conn.execute(select(func.count()).select_from(filled.subquery())).scalar_one()
        else:
            skip = 0
        after = None
    empty = _beyond(keys.where(column.is_(None)), order, after)
    return found + _some(conn, empty, order, size - len(found), skip)


def _keys(conn: Connection, wanted: Filter, field: str, few: list[int] | None) -> Select[Any]:
    """The query for the ids of the jobs that match, and what they are ordered by."""
    if few is None:
        numbers = _numbers(conn, wanted, field, many=True)
        return numbers.add_columns(COLUMNS[field].label("key"))
    chosen = select(_j.id.label("number"), COLUMNS[field].label("key")).where(among(conn.dialect.name, _j.id))
    if field in STATE:
        chosen = chosen.select_from(LIVING)
    listed = chosen.params({IDS: few}).cte("few").prefix_with("MATERIALIZED")
    return select(listed.c.number, listed.c.key)


def _numbers(conn: Connection, wanted: Filter, field: str = "id", *, many: bool = False) -> Select[Any]:
    """The query for the ids of the jobs that match, over no more tables than it takes."""
    number = _s.job_id if field in STATE else _j.id
    if field in STATE and wanted == Filter():
        gone = select(_j.id).where(_j.deleted_at.is_not(None))
        return select(number).where(number.not_in(gone))
    source = LIVING if field in STATE or wanted.asks_state else jobs
    there = select(number).select_from(source).where(_j.deleted_at.is_(None))
    return matching(conn, there, wanted, many=many)


def _some(conn: Connection, keys: Select[Any], order: Order, size: int, skip: int) -> list[int]:
    number, column = keys.selected_columns
    by = [column.desc(), number.desc()] if order.down else [column, number]
    return list(conn.execute(keys.order_by(*by).limit(size).offset(skip)).scalars())


def _beyond(keys: Select[Any], order: Order, mark: Mark | None) -> Select[Any]:
    """What comes after the mark in that order."""
    if mark is None:
        return keys
    number, column = keys.selected_columns
    later = number < mark.id if order.down else number > mark.id
    if mark.value is None:
        return keys.where(later)
    further = column < mark.value if order.down else column > mark.value
    return keys.where(or_(further, and_(column == mark.value, later)))


def mark_of(job: Job, order: Order) -> Mark:
    """Where a page that ends with this job ends."""
    return Mark(getattr(job, order.field), job.id)


def count(conn: Connection, wanted: Filter) -> tuple[int, bool]:
    """How many jobs match, and whether that is exact: of a selection no more than DEEPEST are counted."""
    if wanted == Filter():
        return everything(conn), True
    some = _unordered(conn, wanted).with_only_columns(literal(1)).limit(DEEPEST + 1).subquery()
    return _told(conn.execute(select(func.count()).select_from(some)).scalar_one())


def _told(found: int) -> tuple[int, bool]:
    return min(found, DEEPEST), found <= DEEPEST


def everything(conn: Connection) -> int:
    """How many jobs there are."""
    if conn.dialect.name == "postgresql":
        return conn.execute(select(func.count()).where(_j.deleted_at.is_(None))).scalar_one()
    # A whole table is counted without a look at its rows; every job has a state.
    states = conn.execute(select(func.count()).select_from(job_state)).scalar_one()
    return states - conn.execute(select(func.count()).where(_j.deleted_at.is_not(None))).scalar_one()
