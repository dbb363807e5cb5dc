"""What a job of the demo did until now: every slot, every attempt, and why some of them came to nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from rota.domain.execution import Status, Trigger
from rota.domain.retry import wait_before_retry
from rota.domain.schedule import Schedule
from rota.services.demo.cast import Error, Part

MOMENT = timedelta(seconds=2)
"""By which the story ends before now."""
SPAN = timedelta(days=90)


@dataclass(slots=True)
class Past:
    """One row of the history to be. first: the row of attempt 1, None for that itself; node: 0 or 1"""

    part: Part
    status: Status
    trigger: Trigger
    by: str
    queued_at: datetime
    scheduled_for: datetime | None = None
    slot_first: datetime | None = None
    slot_count: int = 1
    started_at: datetime | None = None
    ended_at: datetime | None = None
    attempt: int = 1
    first: "Past | None" = None
    reason: str | None = None
    error: Error | None = None
    node: int = 0
    items: int | None = None
    items_failed: int | None = None
    id: int = field(default=0)

    @property
    def seconds(self) -> float:
        """How long it took, 0 when it never began."""
        return (self.ended_at - self.started_at).total_seconds() if self.started_at and self.ended_at else 0.0


@dataclass(frozen=True, slots=True)
class Story:
    """How the three months went, for all jobs. outages: when no scheduler ran; people: who runs jobs by hand"""

    since: datetime
    now: datetime
    outages: Sequence[tuple[datetime, datetime]]
    people: Sequence[str]


def history(part: Part, story: Story, chance: Random) -> Iterator[Past]:
    """All executions of a job in the time of the story, by time; attempts after the first follow it."""
    schedule = Schedule(part.spec.schedule_type, part.spec.schedule_expression, part.spec.timezone)
    free, at = story.since, schedule.next_after(story.since)
    while at is not None and at < story.now - MOMENT:
        outage = next((one for one in story.outages if one[0] <= at < one[1]), None)
        if outage is not None:
            yield from _missed(part, schedule, at, outage)
            at = schedule.next_after(outage[1])
        elif at < free:
            reason = "the execution before it was running, and overlap is skip"
            yield Past(
                part, Status.SKIPPED, Trigger.SCHEDULER, "scheduler", at, at, ended_at=at, reason=reason
            )
            at = schedule.next_after(at)
        else:
            for one in _attempts(part, story, at, chance):
                free = one.ended_at or free
                yield one
            at = schedule.next_after(at)
    yield from _by_hand(part, story, chance)


def _missed(
    part: Part, schedule: Schedule, at: datetime, outage: tuple[datetime, datetime]
) -> Iterator[Past]:
    last, n = at, schedule.count(at, outage[1]).n + 1
    while (following := schedule.next_after(last)) is not None and following < outage[1]:
        last = following
    yield Past(
        part, Status.MISSED, Trigger.SCHEDULER, "scheduler", outage[1], last, slot_first=at, slot_count=n,
        ended_at=outage[1], reason="no scheduler was running; a later one runs instead",
    )  # fmt: skip


def _attempts(part: Part, story: Story, at: datetime, chance: Random) -> Iterator[Past]:
    begin, first = at, None
    for attempt in range(1, part.spec.max_retries + 2):
        one = _attempt(part, story, at, begin, attempt, chance)
        if one.started_at is None or one.ended_at is None or one.started_at > story.now - MOMENT / 2:
            return
        # What would still be running was a little faster, so that no slot is missing.
        one.ended_at = min(one.ended_at, story.now - MOMENT / 4)
        one.first, first = first, first or one
        yield one
        if one.status is Status.SUCCEEDED:
            return
        base, cap = timedelta(seconds=part.spec.backoff), timedelta(seconds=part.spec.backoff_cap)
        begin = one.ended_at + wait_before_retry(attempt, base=base, cap=cap)


def _attempt(part: Part, story: Story, at: datetime, begin: datetime, attempt: int, chance: Random) -> Past:
    age = (begin - story.since) / (story.now - story.since)
    length = part.seconds * (1 + part.growth * age) * chance.lognormvariate(0, 0.12)
    status, bad = Status.SUCCEEDED, _is_bad(part, story, begin)
    if bad or chance.randrange(1000) < part.fails:
        status = Status.FAILED if part.error else Status.TIMED_OUT
        length *= chance.uniform(0.2, 0.95)
    if part.spec.timeout and length > part.spec.timeout:
        status, length = Status.TIMED_OUT, part.spec.timeout
    started = begin + timedelta(
        seconds=chance.uniform(0.05, 0.4) + (chance.random() < 0.03) * chance.uniform(1, 9)
    )
    is_first = attempt == 1
    many = part.many if part.exact else round(part.many * chance.uniform(0.8, 1.2))
    good = status is Status.SUCCEEDED
    return Past(
        part, status, Trigger.SCHEDULER if is_first else Trigger.RETRY, "scheduler" if is_first else "rota",
        at if is_first else begin, at, started_at=started, ended_at=started + timedelta(seconds=length),
        attempt=attempt, error=None if good or status is Status.TIMED_OUT else part.error, node=chance.randrange(2),
        items=many if good else many * chance.randrange(100) // 100,
        items_failed=0 if part.exact else chance.choice((0, 0, 0, 0, 1, 3)) if good else None,
    )  # fmt: skip


def _is_bad(part: Part, story: Story, at: datetime) -> bool:
    first, last = part.bad_days
    return first > 0 and timedelta(days=last) <= story.now - at <= timedelta(days=first)


def _by_hand(part: Part, story: Story, chance: Random) -> Iterator[Past]:
    """Now and then somebody runs a job himself."""
    for _ in range(part.asked + chance.randrange(4)):
        at = story.now - SPAN * chance.random() * 0.3 - timedelta(hours=1)
        one = _attempt(part, story, at, at, 1, chance)
        one.trigger, one.by, one.scheduled_for = Trigger.MANUAL, chance.choice(list(story.people)), None
        if chance.random() < 0.2 and one.started_at is not None and one.ended_at is not None:
            one.status, one.error, one.reason = Status.CANCELLED, None, f"cancelled by {one.by}"
            one.ended_at = one.started_at + (one.ended_at - one.started_at) / 3
        yield one
