"""Which jobs: the conditions that a list, a count or a search puts on them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, literal_column, not_, select

from rota.domain.execution import ACTIVE, UNDERWAY, UNSUCCESSFUL
from rota.domain.job import JobStatus
from rota.store.rows import one_of
from rota.store.schema import Instant, executions, job_state, job_words, jobs, to_micros

_j, _s, _e, _w = jobs.c, job_state.c, executions.c, job_words.c
DISABLED: ColumnElement[bool] = literal_column("NOT jobs.is_enabled")
"""In the words of the index over such jobs: SQLite does not see that `is_enabled = 0` says the same."""

_STANDING: dict[JobStatus, ColumnElement[bool]] = {
    JobStatus.VANISHED: _j.vanished_at.is_not(None),
    JobStatus.PROBLEM: _j.problem.is_not(None),
    JobStatus.DISABLED: DISABLED,
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
        by_next_run = self.status in (JobStatus.FINISHED, JobStatus.ACTIVE)
        return by_next_run or self.overdue_at is not None or self.due_before is not None

    @property
    def asks_words(self) -> bool:
        """Whether it looks for words or a tag."""
        return bool(self.search) or self.tag is not None

    def without_words(self) -> "Filter":
        """All that it asks besides."""
        return replace(self, search=None, tag=None)


def found(conn: Connection, wanted: Filter) -> Select[Any]:
    """The query for the jobs that have the words and the tag: over the narrow table that is for this alone."""
    return select(_w.job_id.label("id")).where(*_by_words(conn, wanted))


def matching(conn: Connection, query: Select[Any], wanted: Filter, *, many: bool = False) -> Select[Any]:
    """Those rows that match, of a query that has the jobs and, where `asks_state`, their state.

    many  a good part of all jobs does: it is better to go by the order than by the match
    """
    holds = [*_conditions(conn, wanted)]
    if wanted.asks_words and many:
        # So that PostgreSQL looks at the words of one job after the other.
        said = select(and_(*_by_words(conn, wanted))).where(_w.job_id == _j.id)
        holds.append(said.correlate(jobs).scalar_subquery())
    elif wanted.asks_words:
        query = query.join(job_words, _w.job_id == _j.id).where(*_by_words(conn, wanted))
    likely = many and conn.dialect.name == "sqlite"
    return query.where(*(func.likely(hold) for hold in holds) if likely else holds)


def _by_words(conn: Connection, wanted: Filter) -> Iterable[ColumnElement[bool]]:
    tag = None if wanted.tag is None else literal(json.dumps(wanted.tag))  # Tags are words between quotes.
    if conn.dialect.name == "postgresql":
        if tag is not None:
            yield _holds(_w.tags, tag)
        if wanted.search:
            yield _holds(_w.words, func.lower(wanted.search))
        return
    if tag is not None:
        # LIKE takes no notice of case.
        yield func.instr(_w.tags, tag) > 0
    if wanted.search:
        # It takes three quarters of the time of instr.
        yield _w.words.like(func.lower(_pattern(wanted.search)), escape="\\")


def _conditions(conn: Connection, wanted: Filter) -> Iterable[ColumnElement[bool]]:
    """What the rows of a query over jobs and their state have to be."""
    if wanted.status is not None:
        yield from stands(wanted.status)
    if wanted.is_enabled is not None:
        yield _j.is_enabled if wanted.is_enabled else DISABLED
    if wanted.overdue_at is not None:
        yield _overdue(conn, wanted.overdue_at)
    named = (
        (_j.job_type, wanted.job_type), (_j.app, wanted.app), (_j.task_queue, wanted.queue),
        (_j.origin, wanted.origin),
    )  # fmt: skip
    for column, value in named:
        if value is not None:
            yield column == value
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


def _holds(column: ColumnElement[str], text: ColumnElement[str]) -> ColumnElement[bool]:
    """That a column of PostgreSQL holds a text: half the time of LIKE.

    The text is made once, not for each row; and of an equation it is supposed that it hardly ever holds.
    """
    return func.sign(func.strpos(column, select(text).scalar_subquery())) == literal_column("1")


def _pattern(text: str) -> str:
    """What LIKE takes for anything that holds a text, in which everything stands for itself."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


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
        # Written out: a plan that is kept, for any instant, would suppose that a third of all jobs are overdue.
        late = _s.next_run < literal(now, Instant(), literal_execute=True)
        by_its_grace = _s.next_run < func.to_timestamp(now.timestamp() - _j.grace)
    else:
        late = _s.next_run < now
        by_its_grace = _s.next_run < to_micros(now) - _j.grace * 1_000_000
    # The first alone is found by an index.
    return and_(late, by_its_grace)
