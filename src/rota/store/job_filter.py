"""Which jobs: the conditions that a list, a count or a search puts on them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Text, and_, cast, func, not_, or_, select

from rota.domain.execution import ACTIVE, UNDERWAY, UNSUCCESSFUL
from rota.domain.job import JobStatus
from rota.store.rows import one_of
from rota.store.schema import executions, job_state, jobs

_j, _s, _e = jobs.c, job_state.c, executions.c

_STANDING: dict[JobStatus, ColumnElement[bool]] = {
    JobStatus.VANISHED: _j.vanished_at.is_not(None),
    JobStatus.PROBLEM: _j.problem.is_not(None),
    JobStatus.DISABLED: ~_j.is_enabled,
    JobStatus.PAUSED: _j.paused_at.is_not(None),
    JobStatus.FINISHED: and_(_s.next_run.is_(None), _j.schedule_type != "manual"),
}
"""The first that holds says how a job stands, in the same order as `domain.job.standing`; ACTIVE where none does."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which jobs to list. A field that is None does not restrict.

    running       an execution of it is under way
    failed_after  an execution of it with this id, or a later one, failed
    due_before    it fires before this instant
    """

    status: JobStatus | None = None
    is_enabled: bool | None = None
    overdue_at: datetime | None = None
    job_type: str | None = None
    tag: str | None = None
    search: str | None = None
    app: str | None = None
    queue: str | None = None
    origin: str | None = None
    running: bool | None = None
    failed_after: int | None = None
    due_before: datetime | None = None

    @property
    def asks_state(self) -> bool:
        """Whether it looks at what changes with every fire."""
        return not (self.status is None and self.overdue_at is None and self.due_before is None)


def conditions(conn: Connection, wanted: Filter) -> Iterable[ColumnElement[bool]]:
    """What the rows of a query over jobs and their state have to be."""
    if wanted.status is not None:
        yield from stands(wanted.status)
    if wanted.is_enabled is not None:
        yield _j.is_enabled == wanted.is_enabled
    if wanted.overdue_at is not None:
        yield _overdue(conn, wanted.overdue_at)
    named = (
        (_j.job_type, wanted.job_type), (_j.app, wanted.app), (_j.task_queue, wanted.queue),
        (_j.origin, wanted.origin),
    )  # fmt: skip
    for column, value in named:
        if value is not None:
            yield column == value
    if wanted.tag is not None:
        yield _has_tag(conn, wanted.tag)
    if wanted.search:
        term = f"%{_escaped(wanted.search)}%"
        yield or_(*(_contains(conn, column, term) for column in (_j.name, _j.title, _j.description)))
    yield from _by_executions(wanted)


def _by_executions(wanted: Filter) -> Iterable[ColumnElement[bool]]:
    """What is asked of a job's executions, past and to come."""
    if wanted.due_before is not None:
        yield _s.next_run < wanted.due_before
    if wanted.running:
        yield _j.id.in_(select(_e.job_id).where(one_of(_e.status, *ACTIVE), _e.status.in_(UNDERWAY)))
    if wanted.failed_after is not None:
        yield _j.id.in_(
            select(_e.job_id).where(one_of(_e.status, *UNSUCCESSFUL), _e.id >= wanted.failed_after)
        )


def _contains(conn: Connection, column: ColumnElement[str], term: str) -> ColumnElement[bool]:
    """Whatever the case. SQLite's LIKE takes no notice of it by itself; PostgreSQL's ILIKE takes twice as long as
    LIKE over what was lowered before.
    """
    if conn.dialect.name == "postgresql":
        return func.lower(column).like(func.lower(term), escape="\\")
    return column.like(term, escape="\\")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def stands(wanted: JobStatus) -> Iterable[ColumnElement[bool]]:
    """That a job stands so, in conditions that a database can judge one by one, and find by an index."""
    for status, holds in _STANDING.items():
        if status is wanted:
            yield holds
            return
        yield not_(holds)


def _overdue(conn: Connection, now: datetime) -> ColumnElement[bool]:
    """next_run < now - grace, where the grace is each job's own."""
    if conn.dialect.name == "postgresql":
        by_its_grace = _s.next_run < func.to_timestamp(now.timestamp() - _j.grace)
    else:
        by_its_grace = _s.next_run < _micros(now) - _j.grace * 1_000_000
    # The first alone is found by an index.
    return and_(_s.next_run < now, by_its_grace)


def _micros(now: datetime) -> int:
    return (now - datetime.fromtimestamp(0, now.tzinfo)) // timedelta(microseconds=1)


def _has_tag(conn: Connection, tag: str) -> ColumnElement[bool]:
    if conn.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import JSONB

        return cast(_j.tags, JSONB).contains([tag])
    each = func.json_each(_j.tags).table_valued("value", name="tag")
    # Most jobs do not have it: that is seen in the text, without reading the JSON.
    has_word = cast(_j.tags, Text).contains(f'"{tag}"', autoescape=True)
    return and_(has_word, select(each.c.value).where(each.c.value == tag).exists())
