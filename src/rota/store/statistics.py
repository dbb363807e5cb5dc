"""Counts over all jobs: never over the executions themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select

from rota.domain.job import JobStatus
from rota.store.job_filter import stands
from rota.store.jobs import LIVING
from rota.store.schema import job_state, jobs

_j, _s = jobs.c, job_state.c
_SUMS = [func.sum(_s[name]) for name in ("runs", "successes", "failures", "total_ms")]
# Counted, not grouped: PostgreSQL cannot tell how few statuses there are, and would sort all jobs by them.
_STATUSES = [func.count().filter(and_(*stands(status))) for status in JobStatus]
_CENSUS = (
    select(_j.job_type, func.count(), func.count().filter(_j.is_enabled), *_SUMS, *_STATUSES)
    .select_from(LIVING)
    .where(_j.deleted_at.is_(None))
    .group_by(_j.job_type)
)


@dataclass(frozen=True, slots=True)
class Group:
    """The jobs of one type: how many there are, and the sums of their runs, in milliseconds."""

    job_type: str
    jobs: int
    enabled: int
    runs: int
    successes: int
    failures: int
    total_ms: int
    by_status: Mapping[JobStatus, int]


def census(conn: Connection) -> Sequence[Group]:
    """All jobs that are not deleted, in one look at each; the most frequent type first."""
    rows = conn.execute(_CENSUS.order_by(func.count().desc(), _j.job_type)).all()
    return [_group(*row) for row in rows]


def _group(job_type: str, *numbers: int) -> Group:
    (many, enabled), (runs, successes, failures, total_ms) = numbers[:2], map(int, numbers[2:6])
    by_status = dict(zip(JobStatus, numbers[6:], strict=True))
    return Group(job_type, many, enabled, runs, successes, failures, total_ms, by_status)
