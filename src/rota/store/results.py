"""The newest executions of several jobs at once, and how long they usually take: as much as one page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, func, or_, select, text, union_all

from rota.domain.execution import FINAL, Status
from rota.store.schema import Instant, executions, rollups

_e, _r = executions.c, rollups.c
COUNTS = 500
"""The newest counts of a job that its usual duration is read from; a job of every minute has them in some days."""


@dataclass(frozen=True, slots=True)
class Result:
    """One execution as a mark in a chart. Instants are UTC; duration_ms is None for what has not run."""

    id: int
    job_id: int
    status: Status
    duration_ms: int | None
    scheduled_for: datetime | None
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    attempt: int
    node_id: int | None

    @property
    def at(self) -> datetime:
        """When it happened, or should have."""
        return self.started_at or self.scheduled_for or self.queued_at


_MARK = select(
    _e.id, _e.job_id, _e.status, _e.duration_ms, _e.scheduled_for, _e.queued_at, _e.started_at, _e.ended_at,
    _e.attempt, _e.owner,
)  # fmt: skip


def newest(conn: Connection, job_ids: Sequence[int], each: int) -> dict[int, list[Result]]:
    """The newest `each` executions of each job, oldest first."""
    return _gather(conn, [_MARK.where(_e.job_id == job_id) for job_id in job_ids], job_ids, each)


def between(
    conn: Connection, job_ids: Sequence[int], first_id: int, last_id: int, each: int
) -> dict[int, list[Result]]:
    """At most the newest `each` of each job's executions with these ids or those between, oldest first."""
    range_ = (_e.id >= first_id, _e.id <= last_id)
    return _gather(conn, [_MARK.where(_e.job_id == job_id, *range_) for job_id in job_ids], job_ids, each)


def _gather(
    conn: Connection, queries: Sequence[Select[Any]], job_ids: Sequence[int], each: int
) -> dict[int, list[Result]]:
    """One statement for all jobs, that looks at no more rows than it returns."""
    found: dict[int, list[Result]] = {job_id: [] for job_id in job_ids}
    for row in _union(conn, [query.order_by(_e.id.desc()).limit(each) for query in queries]):
        values: Sequence[Any] = row
        found[row.job_id].append(Result(values[0], values[1], Status(values[2]), *values[3:]))
    return {job_id: some[::-1] for job_id, some in found.items()}


def _union(conn: Connection, queries: Sequence[Select[Any]]) -> Sequence[Any]:
    if not queries:
        return []
    picked = [select(query.subquery()) for query in queries]
    return conn.execute(union_all(*picked) if len(picked) > 1 else picked[0]).all()


def durations(conn: Connection, job_ids: Sequence[int], since: datetime) -> dict[int, dict[int, int]]:
    """Of each job the histogram of its successful runs since an instant: bucket -> how many."""
    found: dict[int, dict[int, int]] = {job_id: {} for job_id in job_ids}
    queries = [
        select(_r.job_id, _r.bucket, _r.n)
        .where(_r.job_id == job_id, _r.hour >= since, _r.status == "succeeded")
        .order_by(_r.hour.desc())
        .limit(COUNTS)
        for job_id in job_ids
    ]
    for job_id, bucket, n in _union(conn, queries):
        found[job_id][bucket] = found[job_id].get(bucket, 0) + int(n)
    return found


@dataclass(frozen=True, slots=True)
class Hour:
    """What one job did in one hour; total_ms is the time that its executions took together."""

    at: datetime
    status: Status
    n: int
    total_ms: int


def hours(
    conn: Connection, job_ids: Sequence[int], since: datetime, until: datetime
) -> dict[int, list[Hour]]:
    """What each job did in the hours from `since` until before `until`, by time."""
    query = select(_r.job_id, _r.hour, _r.status, func.sum(_r.n), func.sum(_r.total_ms)).where(
        _r.job_id.in_(job_ids), _r.hour >= since, _r.hour < until
    )
    grouped = query.group_by(_r.job_id, _r.hour, _r.status).order_by(_r.job_id, _r.hour, _r.status)
    found: dict[int, list[Hour]] = {job_id: [] for job_id in job_ids}
    for job_id, hour, status, n, total in conn.execute(grouped):
        found[job_id].append(Hour(hour, Status(status), int(n), int(total)))
    return found


def rates(conn: Connection, job_id: int, since: datetime) -> dict[str, int]:
    """How many of a job's executions ended how, in hours that began at `since` or later."""
    query = select(_r.status, func.sum(_r.n)).where(_r.job_id == job_id, _r.hour >= since)
    return {status: int(n) for status, n in conn.execute(query.group_by(_r.status))}


_ID_AT = text(
    """
    WITH RECURSIVE step (id, n) AS (
        SELECT coalesce((SELECT min(id) FROM executions), 0),
            coalesce((SELECT max(id) FROM executions) - (SELECT min(id) FROM executions) + 1, 0)
        UNION ALL
        SELECT id + CASE WHEN (
            SELECT queued_at < :instant FROM executions e WHERE e.id >= step.id + (n + 1) / 2 - 1 ORDER BY e.id LIMIT 1
        ) THEN (n + 1) / 2 ELSE 0 END, n / 2
        FROM step WHERE n > 0
    )
    SELECT id FROM step WHERE n = 0
    """
).bindparams(bindparam("instant", type_=Instant()))
"""It is one of the `n` ids from `id` on, or the one after them; each step halves them by a look at the middle one."""


def id_at(conn: Connection, instant: datetime) -> int:
    """The id of the first execution that was queued at an instant or later; one more than the newest if none was.

    Ids grow with time, so that some twenty looks by id find it among a million.
    """
    return int(conn.execute(_ID_AT, {"instant": instant}).scalar_one())


def attempts(conn: Connection, first_id: int) -> list[int]:
    """The ids of all attempts at what the first one was for, by number."""
    further = and_(_e.attempt > 1, _e.first_id == first_id)
    query = select(_e.id).where(or_(_e.id == first_id, further)).order_by(_e.attempt)
    return list(conn.execute(query).scalars())


@dataclass(frozen=True, slots=True)
class Fault:
    """How one execution ended, as far as it takes to see whether two failed alike."""

    id: int
    status: Status
    error_type: str | None
    error_message: str | None
    at: datetime


def faults(conn: Connection, job_id: int, until_id: int, most: int) -> list[Fault]:
    """How the job's last executions up to that id ended, newest first; what never ran is passed over."""
    ran = [status for status in FINAL if status not in (Status.SKIPPED, Status.MISSED, Status.CANCELLED)]
    newest = select(_e.id, _e.status, _e.error_type, _e.error_message, _e.ended_at)
    newest = newest.where(_e.job_id == job_id, _e.id <= until_id).order_by(_e.id.desc()).limit(most * 5)
    rows = [row for row in conn.execute(newest) if row.status in ran]
    return [Fault(row[0], Status(row[1]), *row[2:]) for row in rows[:most]]
