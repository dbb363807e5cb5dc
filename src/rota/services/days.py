"""The days of a calendar: what ended on each, as the clock of some place tells days."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from rota.domain.execution import Status
from rota.domain.zone import zone_named
from rota.store import days
from rota.store.database import Database
from rota.store.days import Total
from rota.store.schema import EPOCH

SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class DayCounts:
    """What ended on one local day: how many at each status, and how long those took that ran (None: not known)."""

    counts: dict[Status, int] = field(default_factory=dict)
    total_ms: int | None = None


class Days:
    """Reads counts that are kept."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def of_all(self, since: date, until: date, zone: str) -> dict[date, DayCounts]:
        """All jobs on the days from `since` to `until`; a day on which nothing ended is not there."""
        found: dict[date, DayCounts] = {}
        with self.db.read() as conn:
            for start, end, offset in _stretches(since, until, zone):
                _add(found, days.of_all(conn, start, end, offset))
        return found

    def of_job(self, job_id: int, since: date, until: date, zone: str) -> dict[date, DayCounts]:
        """One job in the same way."""
        found: dict[date, DayCounts] = {}
        with self.db.read() as conn:
            for start, end, offset in _stretches(since, until, zone):
                _add(found, days.of_job(conn, job_id, start, end, offset))
        return found


def _add(found: dict[date, DayCounts], totals: list[Total]) -> None:
    for one in totals:
        day = found.setdefault(one.day, DayCounts())
        day.counts[one.status] = day.counts.get(one.status, 0) + one.n
        if one.total_ms is not None:
            day.total_ms = (day.total_ms or 0) + one.total_ms


def _stretches(since: date, until: date, zone: str) -> Iterator[tuple[datetime, datetime, int]]:
    """The instants of those days, cut where the clock changes: (since, until, seconds ahead of UTC)."""
    clock = zone_named(zone)
    first = clock.instant(_local(since))
    last = clock.instant(_local(until + timedelta(days=1)))
    for start, end, offset, _ in clock.stretches(first - 1, last - 1):
        yield EPOCH + max(start, first) * SECOND, EPOCH + min(end, last) * SECOND, offset


def _local(day: date) -> int:
    return (day - EPOCH.date()).days * 86_400
