"""Counts over all jobs: never over the executions themselves."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from rota.store.job_filter import status_of
from rota.store.jobs import LIVING
from rota.store.schema import job_state, jobs

_j, _s = jobs.c, job_state.c


def jobs_by_status(conn: Connection) -> dict[str, int]:
    """How many jobs stand how."""
    status = status_of()
    query = select(status, func.count()).select_from(LIVING).where(_j.deleted_at.is_(None)).group_by(status)
    return {name: n for name, n in conn.execute(query)}


def jobs_by_type(conn: Connection) -> dict[str, int]:
    """How many jobs there are of each type, the most frequent first."""
    query = select(_j.job_type, func.count()).where(_j.deleted_at.is_(None)).group_by(_j.job_type)
    return {name: n for name, n in conn.execute(query.order_by(func.count().desc(), _j.job_type))}


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over the state of all jobs; total_ms in milliseconds."""

    enabled: int
    runs: int
    successes: int
    failures: int
    total_ms: int


def totals(conn: Connection) -> Totals:
    """The sums, over jobs that are not deleted."""
    sums = [func.coalesce(func.sum(_s[name]), 0) for name in ("runs", "successes", "failures", "total_ms")]
    there = _j.deleted_at.is_(None)
    row = conn.execute(select(*sums).select_from(LIVING).where(there)).one()
    enabled = conn.execute(select(func.count()).select_from(jobs).where(there, _j.is_enabled)).scalar_one()
    return Totals(enabled, *(int(value) for value in row))
