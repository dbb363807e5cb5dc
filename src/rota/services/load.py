"""What is planned: how much starts in each ten minutes to come, and what starts together."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from rota.domain.clock import Clock
from rota.domain.errors import InvalidSchedule
from rota.domain.schedule import Schedule
from rota.store import load, state
from rota.store.activity import SPAN, begin
from rota.store.database import Database
from rota.store.state import Due

FEW = 100
"""Up to so many jobs every fire is told; beyond, only the next one of each job."""
WALKED = 150
"""Fires of one job that are looked at one by one; those after them are counted by ten minutes."""
LONG = timedelta(days=366)
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many jobs start together, and when."""

    at: datetime
    jobs: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is planned.

    planned   (begin of the ten minutes, fires), by time
    complete  whether all fires are told; otherwise only the next one of each job
    crowd     where the most jobs start together; None when no two do
    """

    planned: list[tuple[datetime, int]]
    complete: bool
    crowd: Crowd | None


class Load:
    """Looks ahead."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock = db, clock

    def ahead(self, until: datetime, since: datetime | None = None) -> Ahead:
        """What is planned from now on, before `until`. since: from when on the crowd is looked for"""
        now = self.clock.now()
        first, last = max(now, since or now), until - INSTANT
        with self.db.read() as conn:
            due = state.upcoming(conn, now, last, FEW + 1)
            if len(due) > FEW:
                found = load.due_by_span(conn, now, last)
                return Ahead(sorted(found.items()), False, _crowd(load.crowd(conn, first - INSTANT, last)))
        spans: Counter[datetime] = Counter()
        instants: Counter[datetime] = Counter()
        for job in due:
            _plan(job, last, spans, instants)
        return Ahead(sorted(spans.items()), True, _crowd(_top(instants, first)))

    def beside(self, instants: Sequence[datetime], job_id: int | None = None) -> dict[datetime, int]:
        """How many jobs other than that one start at each of the instants; one at which none does is not there.

        Where there are many jobs only the next start of each is known, so that it is at least so many.
        """
        now = self.clock.now()
        with self.db.read() as conn:
            others = self._others(conn, now, job_id)
            if others is None:
                mine = load.due_at(conn, instants)
                return {at: n for at, n in mine.items() if n}
        counted = {at: sum(_fires_at(one, at) for one in others) for at in instants}
        return {at: n for at, n in counted.items() if n}

    def _others(self, conn: Connection, now: datetime, job_id: int | None) -> list[Schedule] | None:
        due = state.upcoming(conn, now, now + LONG, FEW + 1)
        if len(due) > FEW:
            return None
        return list(_schedules(one for one in due if one.job_id != job_id))


def _schedules(due: Iterable[Due]) -> Iterable[Schedule]:
    for one in due:
        try:
            yield one.schedule
        except InvalidSchedule:
            continue  # It is the job's problem, and told there.


def _fires_at(schedule: Schedule, at: datetime) -> bool:
    return schedule.next_after(at - INSTANT) == at


def _plan(job: Due, last: datetime, spans: Counter[datetime], instants: Counter[datetime]) -> None:
    """Add a job's fires to what is planned."""
    at: datetime | None = job.next_run
    schedule = next(iter(_schedules([job])), None)
    if schedule is None:
        return
    for _ in range(WALKED):
        if at is None or at > last:
            return
        spans[begin(at)] += 1
        instants[at] += 1
        at = schedule.next_after(at)
    if at is not None:
        _count(schedule, at, last, spans)


def _count(schedule: Schedule, first: datetime, last: datetime, spans: Counter[datetime]) -> None:
    at = first - INSTANT
    while at < last:
        following = min(begin(at + INSTANT) + SPAN - INSTANT, last)
        if n := schedule.count(at, following).n:
            spans[begin(following)] += n
        at = following


def _top(instants: Counter[datetime], first: datetime) -> tuple[datetime, int] | None:
    there = [one for one in instants.items() if one[0] >= first]
    return min(there, key=lambda one: (-one[1], one[0]), default=None)


def _crowd(top: tuple[datetime, int] | None) -> Crowd | None:
    return Crowd(*top) if top is not None and top[1] > 1 else None
