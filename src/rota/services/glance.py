"""What the list of jobs tells at a glance: five numbers, and what needs somebody's attention."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from rota.domain.clock import Clock
from rota.domain.execution import UNDERWAY, UNSUCCESSFUL, Execution, Status
from rota.domain.job import Job, JobStatus
from rota.services.results import Results
from rota.store import activity, history, job_pages, results, state, vitals
from rota.store import jobs as table
from rota.store.database import Database
from rota.store.job_pages import Order
from rota.store.jobs import Filter

DAY, HOUR = timedelta(hours=24), timedelta(hours=1)
LONG = 3
"""Times the usual 95th percentile after which a run takes suspiciously long."""


class Show(StrEnum):
    """Which jobs a number of the overview counts; the list shows them when it is chosen."""

    RUNNING = "running"
    FAILED = "failed"
    OVERDUE = "overdue"
    DUE = "due"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Tile:
    """How many jobs, and whether that is exact."""

    n: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Glance:
    """total: all jobs; ended: executions of the last 24 hours by status; waiting: executions by queue

    holders  who paused jobs, and whether these are all
    """

    total: int
    tiles: dict[Show, Tile]
    first_due: datetime | None
    ended: dict[str, int]
    waiting: dict[str, int]
    queues: list[str]
    holders: tuple[list[str], bool]


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that needs attention.

    kind   problem, vanished, overdue, failing or long
    times  failing: how often in a row; long: how many milliseconds it usually takes (p95)
    """

    kind: str
    job: Job
    since: datetime | None
    times: int = 0
    execution: Execution | None = None


class Glances:
    """Reads it. None of it looks at every execution."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock, self.results = db, clock, Results(db, clock)

    def filter(self, show: Show, conn: Connection) -> Filter:
        """The jobs that a number counts."""
        now = self.clock.now()
        match show:
            case Show.RUNNING:
                return Filter(running=True)
            case Show.FAILED:
                return Filter(failed_after=results.id_at(conn, now - DAY))
            case Show.OVERDUE:
                return Filter(overdue_at=now)
            case Show.DUE:
                return Filter(due_before=now + HOUR)
            case Show.PAUSED:
                return Filter(status=JobStatus.PAUSED)

    def glance(self) -> Glance:
        """The numbers as they are now."""
        now = self.clock.now()
        with self.db.read() as conn:
            return Glance(
                total=job_pages.count(conn, Filter())[0],
                tiles={show: Tile(*job_pages.count(conn, self.filter(show, conn))) for show in Show},
                first_due=state.next_due(conn),
                ended=activity.totals(conn, now - DAY),
                waiting=vitals.waiting_by_queue(conn),
                queues=vitals.queues_of_jobs(conn),
                holders=vitals.holders(conn),
            )

    def concerns(self, most: int = 5) -> list[Concern]:
        """What needs attention, the worst first; one for each job."""
        found: dict[int, Concern] = {}
        with self.db.read() as conn:
            for concern in self._concerns(conn, most):
                found.setdefault(concern.job.id, concern)
        return list(found.values())[:most]

    def _concerns(self, conn: Connection, most: int) -> Iterator[Concern]:
        now = self.clock.now()
        yield from self._failing(conn, most)
        for status in (JobStatus.PROBLEM, JobStatus.VANISHED):
            for job in job_pages.first(conn, Filter(status=status), Order(), most):
                yield Concern(status.value, job, job.updated_at)
        for job in job_pages.first(conn, Filter(overdue_at=now), Order("next_run"), most):
            yield Concern("overdue", job, job.next_run)
        yield from self._long(conn, most, now)

    def _failing(self, conn: Connection, most: int) -> Iterator[Concern]:
        """The jobs whose last run failed within a day, the latest first."""
        recent = self.filter(Show.FAILED, conn)
        jobs = job_pages.first(conn, recent, Order("last_run", down=True), most * 4)
        failing = [job for job in jobs if job.last_status in UNSUCCESSFUL and job.is_enabled][:most]
        marks = results.newest(conn, [job.id for job in failing], 20)
        for job in failing:
            row = []
            for mark in reversed(marks[job.id]):
                if mark.status is Status.SUCCEEDED:
                    break
                if mark.status in UNSUCCESSFUL:
                    row.append(mark)
            if row:
                yield Concern("failing", job, row[-1].ended_at, len(row), history.find(conn, row[0].id))

    def _long(self, conn: Connection, most: int, now: datetime) -> Iterator[Concern]:
        """The runs that take much longer than usual."""
        running = [
            one for one in history.listing(conn, history.Filter(statuses=UNDERWAY), 50) if one.started_at
        ]
        usual = self.results.usual(sorted({one.job_id for one in running}))
        for one in running[::-1]:
            p95 = usual[one.job_id].p95_ms
            taken = (now - (one.started_at or now)) / timedelta(milliseconds=1)
            if p95 is not None and taken > max(LONG * p95, 10_000):
                job = table.find(conn, one.job_id)
                if job is not None:
                    yield Concern("long", job, one.started_at, round(p95), one)
