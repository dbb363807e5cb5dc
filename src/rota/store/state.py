"""The narrow row of each job that changes with every fire, and the lock that admission is judged under."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, Update, bindparam, func, or_, select, update

from rota.domain.job import Misfire, Overlap
from rota.domain.schedule import Schedule
from rota.store.looking import Look
from rota.store.rows import IDS, INSTANT, INTEGER, TEXT, Columns, among, gather, pack, recordset
from rota.store.schema import job_state, jobs

_s, _j = job_state.c, jobs.c


class Due(NamedTuple):
    """A job whose next fire has come, with all that planning it takes."""

    job_id: int
    version: int
    next_run: datetime
    kind: str
    expression: str
    timezone: str
    anchor: datetime | None
    misfire: Misfire
    grace: timedelta
    catch_up_limit: int
    overlap: Overlap
    queue: str
    priority: int
    losses: int

    @property
    def schedule(self) -> Schedule:
        """The schedule value. Raises InvalidSchedule when it no longer holds, as when a zone vanished."""
        return Schedule(self.kind, self.expression, self.timezone, self.anchor)

    @property
    def timing(self) -> tuple[Any, ...]:
        """All that its plan depends on: where that is equal, so is the plan."""
        return self[2:10]


_READ: Select[Any] = (
    select(
        _s.job_id, _j.version, _s.next_run, _j.schedule_type, _j.resolved_expression, _j.timezone, _j.anchor,
        _j.misfire, _j.grace, _j.catch_up_limit, _j.overlap, _j.task_queue, _j.task_priority, _s.losses,
    )
    .join(jobs, _j.id == _s.job_id)
    .order_by(_s.next_run)
)  # fmt: skip
_IS_DUE = (_s.next_run > bindparam("since"), _s.next_run <= bindparam("until"))
_DUE = _READ.where(*_IS_DUE).limit(bindparam("most"))
_LOCK_DUE = (
    select(_s.job_id)
    .where(*_IS_DUE)
    .order_by(_s.next_run)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)


def due(conn: Connection, since: datetime, until: datetime, most: int) -> list[Due]:
    """Lock and read at most `most` jobs that are due after `since` and not after `until`, the earliest first.

    Rows that another scheduler has locked are passed over: they are being planned already. Reading is a statement
    of its own, or a job could be planned by the definition that it had just before its row was locked.
    """
    given = {"since": since, "until": until, "most": most}
    if conn.dialect.name == "postgresql":
        ids = conn.execute(_LOCK_DUE, given).scalars().all()
        locked = _READ.where(among(conn.dialect.name, _s.job_id))
        return [_due(row) for row in conn.execute(locked, {IDS: ids}).all()]
    return [_due(row) for row in conn.execute(_DUE, given).all()]


def upcoming(conn: Connection, since: datetime, until: datetime, most: int) -> list[Due]:
    """At most `most` jobs that are due after `since` and not after `until`, the earliest first; none is locked."""
    return [_due(row) for row in conn.execute(_DUE, {"since": since, "until": until, "most": most})]


def _due(row: Row[Any]) -> Due:
    values: Sequence[Any] = row
    misfire, grace, limit, overlap = values[7:11]
    policies = (_MISFIRES[misfire], _span(grace), limit, _OVERLAPS[overlap])
    return Due._make((*values[:7], *policies, *values[11:]))


_MISFIRES, _OVERLAPS = {one.value: one for one in Misfire}, {one.value: one for one in Overlap}


@lru_cache
def _span(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def advance(conn: Connection, moves: Sequence[tuple[int, datetime, datetime | None]]) -> None:
    """Set next_run and last_slot of jobs that `due` locked: (job, last slot, next run)."""
    if not moves:
        return
    found = gather(conn, _ADVANCE, list(zip(*moves, strict=True)))
    conn.execute(_advance(conn.dialect.name, found.differing, found.alike), found.given)


_ADVANCE: Columns = (("job", INTEGER), ("settled", INSTANT), ("next", INSTANT))


@cache
def _advance(dialect: str, differing: Columns, alike: Columns) -> Update:
    batch = recordset(dialect, differing, alike)
    changed = update(job_state).values(last_slot=batch.c.settled, next_run=batch.c.next)
    return changed.where(_s.job_id == batch.c.job)


def next_due(conn: Connection) -> datetime | None:
    """When the next job is due, None when none is."""
    return conn.execute(select(func.min(_s.next_run))).scalar()


_NEXT_AFTER = select(func.min(_s.next_run)).where(_s.next_run > bindparam("after"))
_NEXT_RESUME = select(func.min(_j.paused_until)).where(_j.paused_until.is_not(None), _j.deleted_at.is_(None))
_WAKE = select(_NEXT_AFTER.scalar_subquery(), _NEXT_RESUME.scalar_subquery())


def next_after(look: Look, after: datetime) -> datetime | None:
    """When the first job that is due after an instant is due, None when there is none."""
    due: datetime | None = look(_NEXT_AFTER, after=after)[0][0]
    return due


_AT = select(_s.job_id).where(_s.next_run == bindparam("at")).limit(bindparam("most")).subquery()
_COUNT = select(func.count()).select_from(_AT)


def count_due(look: Look, at: datetime, most: int) -> int:
    """How many jobs are due at an instant, counted to `most`."""
    many: int = look(_COUNT, at=at, most=most)[0][0]
    return many


def next_wake(look: Look, since: datetime) -> tuple[datetime | None, datetime | None]:
    """When the first job due after an instant is due, and when the next pause ends by itself; None for neither."""
    ((due, resume),) = look(_WAKE, after=since)
    return due, resume


@dataclass(frozen=True, slots=True)
class Locked:
    """What an ending or a request must know of a job while it holds the lock of its state row."""

    job_id: int
    next_run: datetime | None
    losses: int
    held: bool
    deleted: bool
    overlap: Overlap


def lock(conn: Connection, job_ids: Iterable[int]) -> dict[int, Locked]:
    """Lock the state rows of those jobs, in the order of their ids, and read what holds from then on.

    Reading is a statement of its own: one that waits for a lock sees the other tables as they were before.
    """
    ids = sorted(job_ids)
    hold_still(conn, ids)
    rows = conn.execute(_locked(conn.dialect.name), {IDS: ids})
    return {row[0]: Locked(*[*row[:-1], Overlap(row[-1])]) for row in rows}


@cache
def _locked(dialect: str) -> Select[Any]:
    held = or_(~_j.is_enabled, _j.paused_at.is_not(None))
    query = select(_s.job_id, _s.next_run, _s.losses, held, _j.deleted_at.is_not(None), _j.overlap)
    return query.join(jobs, _j.id == _s.job_id).where(among(dialect, _s.job_id))


def hold_still(conn: Connection, job_ids: Sequence[int]) -> None:
    """Wait for the locks of those state rows, given in the order of their ids. SQLite has one writer anyway."""
    if conn.dialect.name == "postgresql":
        wanted = select(_s.job_id).where(among("postgresql", _s.job_id)).order_by(_s.job_id)
        conn.execute(wanted.with_for_update(), {IDS: job_ids})


@dataclass(slots=True)
class Tally:
    """What the endings of one batch add to a job's state."""

    last_run: datetime
    last_status: str
    last_duration_ms: int | None
    runs: int = 0
    successes: int = 0
    failures: int = 0
    total_ms: int = 0
    losses: int = 0


_TALLY: Columns = (
    ("job_id", INTEGER),
    ("last_run", INSTANT),
    ("last_status", TEXT),
    ("last_duration_ms", INTEGER),
    ("losses", INTEGER),
    ("runs", INTEGER),
    ("successes", INTEGER),
    ("failures", INTEGER),
    ("total_ms", INTEGER),
)
_TALLIED = [name for name, _ in _TALLY[1:]]
_ADDED = ("runs", "successes", "failures", "total_ms")


@cache
def _tally(dialect: str) -> Update:
    batch = recordset(dialect, _TALLY)
    values = {_s[name]: batch.c[name] + (_s[name] if name in _ADDED else 0) for name in _TALLIED[3:]}
    values |= {_s[name]: batch.c[name] for name in _TALLIED[:3]}
    return update(job_state).values(values).where(_s.job_id == batch.c.job_id)


def count(conn: Connection, tallies: dict[int, Tally]) -> None:
    """Add the endings of a batch to the state of their jobs, each row touched once, in the order of ids."""
    if tallies:
        of = attrgetter(*_TALLIED)
        rows = [(job_id, *of(tallies[job_id])) for job_id in sorted(tallies)]
        conn.execute(_tally(conn.dialect.name), pack(conn, _TALLY, rows))


def last_durations(conn: Connection) -> dict[str, int]:
    """The longest of the last runs of each task's jobs, in milliseconds; tasks that never ran are not there."""
    longest = func.max(_s.last_duration_ms)
    query = (
        select(_j.task_name, longest).join(jobs, _j.id == _s.job_id).where(_s.last_duration_ms.is_not(None))
    )
    return {name: ms for name, ms in conn.execute(query.group_by(_j.task_name))}
