"""From a due job to its slots: which run, which are missed, and when it is due again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from rota.domain.job import Misfire
from rota.domain.schedule import Schedule

AHEAD = timedelta(milliseconds=500)
"""At most so long before its instant a slot is planned and claimed: then nothing but its body is left to begin."""

MOST = 1000
"""At most so many slots of one job run from one plan; older ones are missed, whatever the policy says."""


@dataclass(frozen=True, slots=True)
class Slots:
    """One slot that is to run, or several that were missed and are told as one.

    last, first  the nominal instants; equal for a single slot
    count        how many slots it stands for
    exact        False when there were more than could be counted
    late         it was planned after the grace
    """

    last: datetime
    first: datetime
    count: int = 1
    exact: bool = True
    late: bool = False


class Plan(NamedTuple):
    """What is to be done for one due job. `runs` is oldest first; `missed` is at most one row."""

    runs: tuple[Slots, ...]
    missed: Slots | None
    next_run: datetime | None
    last_slot: datetime


def plan(
    schedule: Schedule,
    due: datetime,
    now: datetime,
    *,
    misfire: Misfire = Misfire.RUN_ONCE,
    grace: timedelta = timedelta(seconds=60),
    limit: int = 100,
) -> Plan:
    """Plan every slot of `schedule` from `due` up to `now`.

    due    the earliest slot that nobody has planned yet
    limit  how many late slots `run_all` runs; older ones are missed
    A slot is late when it is planned more than `grace` after its instant. As soon as one is late, `run_once` runs
    only the latest of all slots and tells the rest as one missed row.
    """
    following = schedule.next_after(due)
    late = due < now - grace
    if following is None or following > now:
        return _single(due, following, late=late and misfire is Misfire.SKIP, catching_up=late)
    return _several(schedule, due, now, misfire, grace, limit)


def _single(due: datetime, following: datetime | None, *, late: bool, catching_up: bool) -> Plan:
    slot = Slots(due, due, late=catching_up)
    return Plan(() if late else (slot,), slot if late else None, following, due)


def _several(
    schedule: Schedule, due: datetime, now: datetime, misfire: Misfire, grace: timedelta, limit: int
) -> Plan:
    """More than one slot is due. The cut is the first instant of those that still run."""
    instant = timedelta(microseconds=1)
    last = schedule.previous_before(now + instant) or due
    on_time = schedule.next_after(now - grace - instant) or last
    cut = max(due, on_time)
    if due < cut and misfire is Misfire.RUN_ONCE:
        cut = last
    if due < cut and misfire is Misfire.RUN_ALL:
        cut = _back(schedule, cut, due, limit)
    cut = max(cut, _back(schedule, last, cut, MOST))
    missed = _told(schedule, due, cut) if due < cut else None
    runs = tuple(Slots(slot, slot, late=slot < now - grace) for slot in _walk(schedule, cut, last))
    return Plan(runs, missed, schedule.next_after(last), last)


def _back(schedule: Schedule, cut: datetime, due: datetime, limit: int) -> datetime:
    """The slot `limit` fires before `cut`, but none before `due`."""
    for _ in range(limit):
        earlier = schedule.previous_before(cut)
        if earlier is None or earlier < due:
            break
        cut = earlier
    return cut


def _told(schedule: Schedule, due: datetime, cut: datetime) -> Slots:
    """The slots from `due` to just before `cut`, as one."""
    instant = timedelta(microseconds=1)
    last = schedule.previous_before(cut) or due
    counted = schedule.count(due - instant, last)
    return Slots(last, due, counted.n, counted.exact, late=True)


def _walk(schedule: Schedule, cut: datetime, last: datetime) -> list[datetime]:
    """The slots from `cut` to `last`, both included."""
    slots = []
    at: datetime | None = cut
    while at is not None and at <= last:
        slots.append(at)
        at = schedule.next_after(at)
    return slots
