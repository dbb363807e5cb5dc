"""How jobs have been doing: the last results, the usual duration, whether an error is an old acquaintance."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rota.domain.clock import Clock
from rota.domain.execution import UNSUCCESSFUL, Execution, Status
from rota.domain.histogram import percentile
from rota.store import results
from rota.store.database import Database
from rota.store.results import Hour, Result

__all__ = ["Hour", "Rate", "Result", "Results", "Same", "Usual"]

LOOK_BACK = timedelta(days=30)
"""How far back executions tell what is usual."""
COMPARED = 5
"""How many executions tell whether an error is the same again."""


@dataclass(frozen=True, slots=True)
class Usual:
    """How long a job takes: half of its successful runs end before p50_ms, 95 of a hundred before p95_ms."""

    p50_ms: float | None
    p95_ms: float | None


@dataclass(frozen=True, slots=True)
class Same:
    """The same error: in `times` of the last `of` executions, of which the earliest ended at `since`."""

    times: int
    of: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of a job's runs of the last `days` days succeeded and failed; missed and skipped slots beside."""

    days: int
    succeeded: int
    failed: int
    missed: int
    skipped: int

    @property
    def share(self) -> float | None:
        """The successful share of what ran, 0 to 1; None when nothing ran."""
        ran = self.succeeded + self.failed
        return self.succeeded / ran if ran else None


class Results:
    """Reads no more rows than a page shows, however long the history is."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock = db, clock

    def recent(self, job_ids: Sequence[int], each: int = 20) -> dict[int, list[Result]]:
        """The newest executions of each of the jobs (at most 100), oldest first; [] for one that has none."""
        with self.db.read() as conn:
            return results.newest(conn, job_ids, each)

    def usual(self, job_ids: Sequence[int]) -> dict[int, Usual]:
        """How long each of the jobs (at most 100) usually takes, by its runs of the last 30 days."""
        with self.db.read() as conn:
            found = results.durations(conn, job_ids, self.clock.now() - LOOK_BACK)
        return {
            job_id: Usual(percentile(counts, 0.5), percentile(counts, 0.95))
            for job_id, counts in found.items()
        }

    def rates(self, job_id: int, days: Sequence[int] = (7, 30, 90)) -> list[Rate]:
        """How the job did in each of these numbers of days."""
        now = self.clock.now()
        with self.db.read() as conn:
            return [_rate(n, results.rates(conn, job_id, now - timedelta(days=n))) for n in days]

    def hours(self, job_id: int, since: datetime) -> list[Hour]:
        """What the job did in each hour since an instant, for its heat map."""
        with self.db.read() as conn:
            return results.hours(conn, [job_id], since, self.clock.now())[job_id]

    def same(self, execution: Execution) -> Same | None:
        """How often the error of a failed execution came in the last few of its job; None when it did not fail."""
        if execution.status not in UNSUCCESSFUL:
            return None
        with self.db.read() as conn:
            found = results.faults(conn, execution.job_id, execution.id, COMPARED)
        mine = _likeness(execution.status, execution.error_type, execution.error_message)
        alike = [one for one in found if _likeness(one.status, one.error_type, one.error_message) == mine]
        return Same(len(alike), len(found), alike[-1].at) if alike else None


def _likeness(status: Status, kind: str | None, message: str | None) -> tuple[str, str, str]:
    """What two errors have in common that are the same: all but the numbers in the first line."""
    first = (message or "").strip().partition("\n")[0][:500]
    return (status.value, kind or "", re.sub(r"[0-9]+", "#", first))


def _rate(days: int, counts: dict[str, int]) -> Rate:
    failed = sum(counts.get(status.value, 0) for status in UNSUCCESSFUL)
    named = (counts.get(status.value, 0) for status in (Status.MISSED, Status.SKIPPED))
    return Rate(days, counts.get(Status.SUCCEEDED.value, 0), failed, *named)
