"""Due slot to execution: queued, skipped or missed. Any number of schedulers may run; nobody is elected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from rota.domain.actor import ROTA
from rota.domain.admission import Active, Verdict, admit
from rota.domain.clock import Clock
from rota.domain.consequence import POISON
from rota.domain.errors import InvalidSchedule
from rota.domain.execution import Status, Trigger, describe_slots
from rota.domain.job import Misfire, Overlap
from rota.domain.plan import Plan, Slots, plan
from rota.domain.words import span
from rota.engine import causing
from rota.engine.failpoint import reach
from rota.services.giving_way import give_way
from rota.store import activity, executions, jobs, rollups, state, waiting
from rota.store.database import Database
from rota.store.executions import New
from rota.store.state import Due

FRESH = timedelta(seconds=10)
"""What is due for less than this is planned before any backlog, so that a long downtime delays nobody else. Each look
also passes by what was planned within that time and PostgreSQL could not tidy up yet, so it is short."""

INSTEAD = {Misfire.RUN_ONCE: "a later one runs instead", Misfire.RUN_ALL: "more than the job catches up",
           Misfire.SKIP: "the job lets late ones go"}  # fmt: skip
"""What is done about missed slots, by policy."""

ROWS = 1000
"""After so many rows a transaction ends; the jobs that it has not come to stay due."""

BACKLOG = timedelta(seconds=5)
"""Between two looks for a backlog while there is none: where somebody's transaction is open for long, PostgreSQL
cannot tidy up, and each such look passes by all that was planned since it began."""

_PLANNED = Active(0, Status.QUEUED)
"""How a slot that is being planned stands before the next of the same job."""
LEAST_AHEAD, EACH_AHEAD = timedelta(milliseconds=20), timedelta(microseconds=300)
"""How long ahead slots are planned: a commit or two, and for each that is due at the same instant what it takes to
plan and to claim it."""

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fired:
    """What a tick did: executions written by their status, and how many jobs were planned."""

    jobs: int = 0
    queued: int = 0
    skipped: int = 0
    missed: int = 0

    def __add__(self, other: "Fired") -> "Fired":
        return Fired(
            self.jobs + other.jobs,
            self.queued + other.queued,
            self.skipped + other.skipped,
            self.missed + other.missed,
        )


class Scheduler:
    """Plans what is due, a batch a transaction.

    node   the id of the node that plans, for the counts
    batch  how many jobs one transaction plans; a write lock is held for as long
    ahead  so long before its instant a slot may be planned, at most
    """

    def __init__(
        self, db: Database, clock: Clock, node: int, batch: int = 500, ahead: timedelta = timedelta()
    ) -> None:
        self.db, self.clock, self.node, self.batch, self.ahead = db, clock, node, batch, ahead
        self._clear_at: datetime | None = None
        self._lead = self._lead_for(1)
        self._seen_until = BEGINNING

    def tick(self) -> Fired:
        """Plan one batch of what has just become due, then one of what has been due for long."""
        now = self.clock.now()
        until = now + self._lead
        fresh = self._fire(now - FRESH, until)
        if not fresh.jobs:
            # Whoever is due by then and was passed over waits for his instant.
            self._seen_until = until
        return fresh + self._catch_up(now)

    def next_wake(self) -> datetime | None:
        """The next instant at which there is something to do, None when there is none in sight."""
        since = BEGINNING if self._clear_at is None else self.clock.now() - FRESH
        due, resume = state.next_wake(self.db.look, since)
        seen = self._seen_until
        later = due if due is None or due > seen else state.next_after(self.db.look, max(since, seen))
        wakes = [due, later and self._begin(later), resume]
        return min((at for at in wakes if at is not None), default=None)

    def _begin(self, due: datetime) -> datetime:
        """When to plan what is due at an instant: how many that are is not looked at before it is near."""
        if due - self.ahead <= self.clock.now():
            self._lead = self._lead_for(state.count_due(self.db.look, due, self.ahead // EACH_AHEAD))
            return due - self._lead
        return due - self.ahead

    def _lead_for(self, many: int) -> timedelta:
        return min(self.ahead, LEAST_AHEAD + many * EACH_AHEAD)

    def _catch_up(self, now: datetime) -> Fired:
        if self._clear_at is not None and abs(now - self._clear_at) < BACKLOG:
            return Fired()
        fired = self._fire(BEGINNING, now - FRESH)
        self._clear_at = None if fired.jobs else now
        return fired

    def _fire(self, since: datetime, until: datetime) -> Fired:
        earliest = state.next_after(self.db.look, since)
        if earliest is None or earliest > until:
            return Fired()
        with self.db.write() as conn:
            fired = self._write(conn, state.due(conn, since, until, self.batch))
            reach("plan.before_commit")
        reach("plan.committed")
        return fired

    def _write(self, conn: Connection, due: Sequence[Due]) -> Fired:
        now = self.clock.now()
        guarded = [job.job_id for job in due if job.overlap is not Overlap.ALLOW]
        standing = executions.active(conn, guarded) if guarded else {}
        rows: list[New] = []
        advanced: list[tuple[int, datetime, datetime | None]] = []
        plans: dict[tuple[object, ...], Plan] = {}
        for job in due:
            if len(rows) >= ROWS:
                break
            if job.next_run > now and (job.job_id in standing or job.losses >= POISON):
                continue  # What becomes of this slot is not known before its instant.
            try:
                if (planned := plans.get(job.timing)) is None:
                    planned = plans[job.timing] = _plan(job, max(now, job.next_run))
            except InvalidSchedule as problem:
                jobs.change(conn, job.job_id, {"problem": str(problem)}, by=ROTA.name, at=now)
                jobs.set_next(conn, job.job_id, None, job.next_run)
                slot = Slots(job.next_run, job.next_run)
                rows.append(_final(job, slot, Status.SKIPPED, "its schedule no longer holds", now))
                continue
            rows += self._rows(conn, job, planned, standing.get(job.job_id, []), now)
            advanced.append((job.job_id, planned.last_slot, planned.next_run))
        return self._commit(conn, rows, advanced)

    def _commit(
        self, conn: Connection, rows: list[New], advanced: list[tuple[int, datetime, datetime | None]]
    ) -> Fired:
        causing.missed(conn, executions.add(conn, rows), rows)
        state.advance(conn, advanced)
        self._count(conn, rows)
        queued = sum(row.status is Status.QUEUED for row in rows)
        if queued:
            self.db.bell.ring(conn)
        skipped = sum(row.status is Status.SKIPPED for row in rows)
        return Fired(len(advanced), queued, skipped, len(rows) - queued - skipped)

    def _rows(
        self, conn: Connection, job: Due, planned: Plan, active: list[Active], now: datetime
    ) -> list[New]:
        rows = _missed(job, planned, now)
        refused: list[tuple[Slots, str]] = []
        runs = planned.runs
        if job.overlap is Overlap.CANCEL_RUNNING:
            refused, runs = [(slot, "a later slot replaced it") for slot in runs[:-1]], runs[-1:]
        for slot in runs:
            judged = admit(job.overlap, active, Trigger.SCHEDULER)
            if judged.verdict is not Verdict.QUEUED:
                refused.append((slot, judged.reason or "it may not overlap"))
                continue
            reason = f"replaced by the slot of {slot.last:%Y-%m-%d %H:%M:%S} UTC"
            begun = set()
            if judged.replaces:
                gone = give_way(conn, job.job_id, judged.replaces, by=ROTA.name, reason=reason, now=now)
                begun = set(judged.replaces) - gone - {0}
                active = [one for one in active if one.status is not Status.QUEUED]
            rows.append(_queued(job, slot, held=judged.held or bool(begun), now=now))
            active = [*active, _PLANNED]
        return rows + _skipped(job, refused, now)

    def _count(self, conn: Connection, rows: Sequence[New]) -> None:
        """Slots that came to nothing are counted where the history is counted."""
        counts: dict[rollups.Key, tuple[int, int, int]] = {}
        seen: dict[activity.Key, int] = {}
        for row in rows:
            if row.ended_at is not None:
                hour = row.ended_at.replace(minute=0, second=0, microsecond=0)
                key = (row.job_id, hour, self.node, row.status.value, 0)
                counts[key] = (counts.get(key, (0, 0, 0))[0] + row.slot_count, 0, 0)
                last = row.scheduled_for or row.ended_at
                for at, n in activity.spread(row.slot_first or last, last, row.slot_count).items():
                    when = (at, self.node, row.status.value)
                    seen[when] = seen.get(when, 0) + n
        rollups.add(conn, counts)
        activity.add(conn, seen)


def _plan(job: Due, now: datetime) -> Plan:
    return plan(
        job.schedule, job.next_run, now, misfire=job.misfire, grace=job.grace, limit=job.catch_up_limit
    )


def _queued(job: Due, slot: Slots, *, held: bool, now: datetime) -> New:
    """A slot that runs. One that is caught up waits behind what is on time, within its priority."""
    early = slot.last > now
    return New(
        job.job_id, job.version, Status.QUEUED, Trigger.SCHEDULER, "scheduler", job.queue,
        job.priority * 2 + (0 if slot.late else 1), exclusive=job.overlap is not Overlap.ALLOW,
        queued_at=max(now, slot.last), not_before=slot.last if early else None, scheduled_for=slot.last,
        hold=waiting.OVERLAP if held else None, solitary=job.losses >= POISON,
    )  # fmt: skip


def _final(job: Due, slots: Slots, status: Status, reason: str, now: datetime) -> New:
    """Slots that come to nothing: one row, which bears the last, with first and count."""
    return New(
        job.job_id, job.version, status, Trigger.SCHEDULER, "scheduler", job.queue, job.priority * 2,
        exclusive=False, queued_at=now, scheduled_for=slots.last, slot_first=slots.first,
        slot_count=slots.count, reason=reason, ended_at=now,
    )  # fmt: skip


def _missed(job: Due, planned: Plan, now: datetime) -> list[New]:
    missed = planned.missed
    if missed is None:
        return []
    told = describe_slots(missed.first, missed.last, missed.count, exact=missed.exact)
    late = span(job.grace.total_seconds())
    reason = f"planned more than {late} late: {told}; {INSTEAD[job.misfire]}"
    return [_final(job, missed, Status.MISSED, reason, now)]


def _skipped(job: Due, refused: Sequence[tuple[Slots, str]], now: datetime) -> list[New]:
    if not refused:
        return []
    slots = Slots(refused[-1][0].last, refused[0][0].last, len(refused))
    reason = refused[0][1].replace("execution 0 is waiting", "an earlier slot is waiting")
    return [_final(job, slots, Status.SKIPPED, reason, now)]
