"""The numbers of the whole: what the overview of every face shows."""

from dataclasses import dataclass
from datetime import timedelta

from rota.domain.clock import Clock
from rota.domain.execution import ACTIVE, Status
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
            by_status = statistics.jobs_by_status(conn)
            sums = statistics.totals(conn)
            active = history.counts(conn, ACTIVE)
            judged = sums.successes + sums.failures
            return Overview(
                total_jobs=sum(by_status.values()),
                enabled_jobs=sums.enabled,
                overdue_jobs=jobs.count(conn, jobs.Filter(overdue_at=now)),
                jobs_by_status=by_status,
                jobs_by_type=statistics.jobs_by_type(conn),
                total_runs=sums.runs,
                successful_runs=sums.successes,
                failed_runs=sums.failures,
                success_rate=sums.successes / judged if judged else None,
                average_duration_ms=sums.total_ms / sums.runs if sums.runs else None,
                running=active.get(Status.RUNNING, 0) + active.get(Status.SUBMITTED, 0),
                queued=active.get(Status.QUEUED, 0),
                executions_last_24h=activity.totals(conn, now - timedelta(hours=24)),
            )
