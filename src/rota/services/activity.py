"""What happened when: the day of all jobs, the lanes of some, the load of each node, the days of a month."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from rota.domain.clock import Clock
from rota.domain.errors import InvalidSchedule
from rota.domain.execution import Status
from rota.domain.job import Job
from rota.domain.zone import EPOCH
from rota.services.load import Ahead, Load
from rota.store import activity, results
from rota.store.activity import Count
from rota.store.database import Database
from rota.store.results import Hour, Result

__all__ = ["Activity", "Count", "Day", "Lane"]

MARKS = 300
"""Executions of one lane that are shown one by one; where there are more, its hours are shown."""
DENSE = 48
"""Fires of one lane that are shown one by one; where there are more, how many there are."""
HOUR = timedelta(hours=1)
EARLIER = HOUR
"""How long before a window something that reaches into it may have been queued."""
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Day:
    """All jobs from `since` until `until`: what ended (by ten minutes and status), and what is planned."""

    since: datetime
    now: datetime
    until: datetime
    ended: list[Count]
    ahead: Ahead


@dataclass(frozen=True, slots=True)
class Lane:
    """One job in a window of time.

    results  its executions, oldest first; empty where there are more than MARKS
    hours    what it did in each hour, where there are more than MARKS
    fires    its planned fires; empty where there are more than DENSE
    planned  how many fires are planned
    """

    job: Job
    results: list[Result]
    hours: list[Hour]
    fires: list[datetime]
    planned: int

    @property
    def totals(self) -> dict[Status, int]:
        """How many of its executions stand how."""
        found: Counter[Status] = Counter(one.status for one in self.results)
        for hour in self.hours:
            found[hour.status] += hour.n
        return dict(found)

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened and nothing is planned."""
        return not (self.results or self.hours or self.planned)


class Activity:
    """Reads counts that are kept, and executions of no more jobs than a page shows."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock, self.load = db, clock, Load(db, clock)

    def day(self, *, back: timedelta = timedelta(hours=12), ahead: timedelta = timedelta(hours=12)) -> Day:
        """All jobs around now."""
        now = self.clock.now()
        since, until = now - back, now + ahead
        return Day(since, now, until, self.ended(since, now + INSTANT), self.load.ahead(until))

    def ended(self, since: datetime, until: datetime) -> list[Count]:
        """What ended in each ten minutes, all jobs and nodes added up."""
        with self.db.read() as conn:
            return activity.ended(conn, since, until)

    def by_node(self, since: datetime, until: datetime) -> dict[int, list[Count]]:
        """What ended in each ten minutes, by the id of the node."""
        found: dict[int, list[Count]] = {}
        with self.db.read() as conn:
            for count in activity.by_node(conn, since, until):
                found.setdefault(count.node or 0, []).append(count)
        return found

    def names(self, node_ids: Iterable[int]) -> dict[int, str]:
        """How those nodes are called, also when they are long gone; one that was forgotten is its number."""
        with self.db.read() as conn:
            return activity.names(conn, node_ids)

    def lanes(self, jobs: Sequence[Job], since: datetime, until: datetime) -> list[Lane]:
        """Each of the jobs (at most 100) from `since` until just before `until`, at most a week."""
        now, ids = self.clock.now(), [job.id for job in jobs]
        with self.db.read() as conn:
            marks = self._marks(conn, ids, since, min(until - INSTANT, now), now)
            many = [job_id for job_id, some in marks.items() if len(some) > MARKS]
            hours = results.hours(conn, many, since - (since - EPOCH) % HOUR, until) if many else {}
        found = []
        for job in jobs:
            fires, planned = _planned(job, max(since - INSTANT, now), until - INSTANT)
            seen = [] if job.id in hours else marks.get(job.id, [])
            found.append(Lane(job, seen, hours.get(job.id, []), fires, planned))
        return found

    def _marks(
        self, conn: Connection, ids: Sequence[int], since: datetime, until: datetime, now: datetime
    ) -> dict[int, list[Result]]:
        """What was queued from `since` to `until`, or a little earlier and went on then."""
        if since >= until:
            return {}
        first, last = results.id_at(conn, since - EARLIER), results.id_at(conn, until + INSTANT) - 1
        found = results.between(conn, ids, first, last, MARKS + 1)
        return {
            job_id: [one for one in some if (one.ended_at or now) >= since] for job_id, some in found.items()
        }


def _planned(job: Job, since: datetime, until: datetime) -> tuple[list[datetime], int]:
    """The fires of a job after `since` and not after `until`, and how many they are."""
    if job.next_run is None or since >= until:
        return [], 0
    try:
        count = job.schedule.count(max(since, job.next_run - INSTANT), until).n
        fires = job.schedule.fires(max(since, job.next_run - INSTANT), count) if count <= DENSE else []
    except InvalidSchedule:
        return [], 0
    return fires, count
