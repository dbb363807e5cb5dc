"""The numbers of the whole: what the overview of every face shows."""

from dataclasses import dataclass
from datetime import timedelta

from rota.domain.clock import Clock
from rota.domain.execution import ACTIVE, Status
from rota.domain.job import JobStatus
from rota.store import activity, history, jobs, statistics
from rota.store.database import Database


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts of jobs, and of executions. success_rate is 0 to 1, None before the first run."""

    total_jobs: int
    enabled_jobs: int
    overdue_jobs: int
    jobs_by_status: dict[str, int]
    jobs_by_type: dict[str, int]
    total_runs: int
    successful_runs: int
    failed_runs: int
    success_rate: float | None
    average_duration_ms: float | None
    running: int
    queued: int
    executions_last_24h: dict[str, int]


class Statistics:
    """Reads counts that are kept, so that it is as quick after a million executions."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock = db, clock

    def overview(self) -> Overview:
        """The numbers as they are now."""
        now = self.clock.now()
        with self.db.read() as conn:
            types, held, ran = statistics.by_type(conn), statistics.held(conn), statistics.runs(conn)
            active, total = history.counts(conn, ACTIVE), sum(types.values())
            judged = ran.successes + ran.failures
            return Overview(
                total_jobs=total,
                enabled_jobs=total - statistics.disabled(conn),
                overdue_jobs=jobs.count(conn, jobs.Filter(overdue_at=now)),
                jobs_by_status=_by_status(total, held),
                jobs_by_type=types,
                total_runs=ran.runs,
                successful_runs=ran.successes,
                failed_runs=ran.failures,
                success_rate=ran.successes / judged if judged else None,
                average_duration_ms=ran.total_ms / ran.runs if ran.runs else None,
                running=active.get(Status.RUNNING, 0) + active.get(Status.SUBMITTED, 0),
                queued=active.get(Status.QUEUED, 0),
                executions_last_24h=activity.totals(conn, now - timedelta(hours=24)),
            )


def _by_status(total: int, held: dict[JobStatus, int]) -> dict[str, int]:
    """How many jobs stand how; only where there are any."""
    found = {JobStatus.ACTIVE: total - sum(held.values()), **held}
    return {status.value: n for status, n in found.items() if n}
