"""The numbers of the whole: what the overview of every face shows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from rota.domain.clock import Clock
from rota.domain.execution import ACTIVE, Status
from rota.store import activity, history, jobs, statistics
from rota.store.database import Database
from rota.store.statistics import Group


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
            groups = statistics.census(conn)
            active = history.counts(conn, ACTIVE)
            runs, successes = _sum(groups, "runs"), _sum(groups, "successes")
            judged = successes + _sum(groups, "failures")
            return Overview(
                total_jobs=_sum(groups, "jobs"),
                enabled_jobs=_sum(groups, "enabled"),
                overdue_jobs=jobs.count(conn, jobs.Filter(overdue_at=now)),
                jobs_by_status=_by_status(groups),
                jobs_by_type={one.job_type: one.jobs for one in groups},
                total_runs=runs,
                successful_runs=successes,
                failed_runs=judged - successes,
                success_rate=successes / judged if judged else None,
                average_duration_ms=_sum(groups, "total_ms") / runs if runs else None,
                running=active.get(Status.RUNNING, 0) + active.get(Status.SUBMITTED, 0),
                queued=active.get(Status.QUEUED, 0),
                executions_last_24h=activity.totals(conn, now - timedelta(hours=24)),
            )


def _sum(groups: Iterable[Group], name: str) -> int:
    return sum(getattr(one, name) for one in groups)


def _by_status(groups: Iterable[Group]) -> dict[str, int]:
    """How many jobs stand how; only where there are any."""
    found: Counter[str] = Counter()
    for one in groups:
        found.update({status.value: n for status, n in one.by_status.items()})
    return dict(+found)
