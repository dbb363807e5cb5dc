"""Schedules as they meet the world: variables replaced, the next fire set, what was due settled."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from sqlalchemy import Connection

from rota.domain.errors import InvalidSchedule
from rota.domain.execution import Status, Trigger, describe_slots
from rota.domain.job import Job, JobSpec, may_fire
from rota.domain.schedule import Schedule, check_new
from rota.domain.substitution import substitute
from rota.store import executions, jobs


@dataclass(frozen=True, slots=True)
class Variables:
    """The environment that schedules may read: only names that match a pattern of `allowed`."""

    values: Mapping[str, str] = field(default_factory=dict)
    allowed: Sequence[str] = ("*_SCHEDULE",)

    def digests(self) -> dict[str, str]:
        """A mark of the value of each variable that schedules may read here: alike where the values are."""
        known = [name for name in self.values if any(fnmatchcase(name, pattern) for pattern in self.allowed)]
        return {name: hashlib.sha256(self.values[name].encode()).hexdigest()[:12] for name in sorted(known)}

    def resolve(self, spec: JobSpec) -> str:
        """The expression with `${NAME}` replaced. Raises InvalidSchedule."""
        return substitute(spec.schedule_expression, self.values, self.allowed)


def schedule_of(spec: JobSpec, expression: str) -> Schedule:
    """The schedule of a spec whose expression was resolved. Raises InvalidSchedule."""
    return Schedule(spec.schedule_type, expression, spec.timezone, spec.anchor)


def check(spec: JobSpec, variables: Variables, now: datetime) -> str:
    """The resolved expression of a new or changed schedule. Raises InvalidSchedule, also when it never fires."""
    resolved = variables.resolve(spec)
    check_new(schedule_of(spec, resolved), now)
    return resolved


def next_fire(job: Job, now: datetime) -> tuple[datetime | None, str | None]:
    """When the job fires next, never at or before what is settled; or the problem with its schedule."""
    after = max(now, job.last_slot) if job.last_slot else now
    try:
        return job.schedule.next_after(after), None
    except InvalidSchedule as problem:
        return None, str(problem)


def set_next(conn: Connection, job: Job, now: datetime, settled: datetime | None = None) -> None:
    """Write when a locked job fires next, or the problem that keeps it from firing. settled: see `settle`"""
    next_run, problem = next_fire(job, now) if may_fire(job) else (None, job.problem)
    jobs.set_next(conn, job.id, next_run, settled)
    if problem != job.problem:
        jobs.change(conn, job.id, {"problem": problem}, by=job.updated_by, at=now)


def settle(conn: Connection, job: Job, first: datetime | None, now: datetime, reason: str) -> datetime | None:
    """Record the slots from `first` to `now` as one skipped row. Returns the last of them.

    first  the earliest slot that nobody planned; None or a later one than now: nothing to record. After the clock
           was set back it may lie before what is settled already, which is not told twice
    Nothing is recorded where the schedule no longer holds, as when a zone was abolished: nobody can tell its slots.
    """
    try:
        schedule = job.schedule
    except InvalidSchedule:
        return None
    if first is not None and job.last_slot is not None and first <= job.last_slot:
        first = schedule.next_after(job.last_slot)
    if first is None or first > now:
        return None
    instant = timedelta(microseconds=1)
    last = schedule.previous_before(now + instant) or first
    counted = schedule.count(first - instant, last)
    told = describe_slots(first, last, counted.n, exact=counted.exact)
    row = executions.New(
        job.id, job.version, Status.SKIPPED, Trigger.SCHEDULER, "rota", job.task_queue, 0, exclusive=False,
        queued_at=now, scheduled_for=last, slot_first=first, slot_count=counted.n, reason=f"{reason}: {told}",
        ended_at=now,
    )  # fmt: skip
    executions.add(conn, [row])
    return last
