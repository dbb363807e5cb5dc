"""Counts over all jobs: never over the executions themselves, and of the jobs no more than it takes."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, FromClause, func, select

from rota.domain.job import JobStatus
from rota.store.job_filter import DISABLED, stands
from rota.store.jobs import LIVING
from rota.store.schema import job_state, jobs

_j, _s = jobs.c, job_state.c
_GONE = select(_j.id).where(_j.deleted_at.is_not(None))
_RUNS = select(*(func.sum(_s[name]) for name in ("runs", "successes", "failures", "total_ms")))
_GONE_RUNS = _RUNS.where(_s.job_id.in_(_GONE))
_TYPES = select(_j.job_type, func.count()).where(_j.deleted_at.is_(None)).group_by(_j.job_type)


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of all jobs that there are, and how long they took together."""

    runs: int
    successes: int
    failures: int
    total_ms: int


def runs(conn: Connection) -> Runs:
    """Read from the narrow table of states alone: to ask of each row whether its job is gone costs as much again."""
    every, gone = conn.execute(_RUNS).one(), conn.execute(_GONE_RUNS).one()
    return Runs(*(int(n or 0) - int(less or 0) for n, less in zip(every, gone, strict=True)))


def by_type(conn: Connection) -> dict[str, int]:
    """How many jobs there are of each type, the most frequent first."""
    found = [(job_type, n) for job_type, n in conn.execute(_TYPES)]
    return dict(sorted(found, key=lambda one: (-one[1], one[0])))


def held(conn: Connection) -> dict[JobStatus, int]:
    """How many jobs stand at each status but ACTIVE, which all the others do: each is found by an index."""
    found: dict[JobStatus, int] = {}
    for status in JobStatus:
        if status is not JobStatus.ACTIVE:
            source = LIVING if status is JobStatus.FINISHED else jobs
            found[status] = _count(conn, source, *stands(status))
    return found


def disabled(conn: Connection) -> int:
    """How many jobs are disabled, however else they stand."""
    return _count(conn, jobs, DISABLED)


def _count(conn: Connection, source: FromClause, *holds: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(source).where(_j.deleted_at.is_(None), *holds)
    return conn.execute(query).scalar_one()
