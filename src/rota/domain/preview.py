"""What the next fires look like on the wall, with a note on the odd days."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from rota.domain.fires import SECOND, Fires, Fixed, Once, Wild
from rota.domain.kinds import WEEKDAYS
from rota.domain.wall import Wall
from rota.domain.zone import DAY, EPOCH, Zone

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


class Preview(NamedTuple):
    """One fire to come: its instant in UTC, the same in local time, and what is odd about it, or None."""

    at: datetime
    local: datetime
    note: str | None


def preview(fires: Fires, zone: Zone, instants: Sequence[datetime]) -> list[Preview]:
    """Each of the given fires as it will look."""
    return [Preview(at, at.astimezone(zone.info), _note(fires, zone, at)) for at in instants]


def _note(fires: Fires, zone: Zone, at: datetime) -> str | None:
    second = (at - EPOCH) // timedelta(seconds=1)
    if isinstance(fires, Fixed):
        return _skipped(fires.wall, zone, second) or _twice(zone, second, "runs at the first")
    if isinstance(fires, Once) and fires.asked is not None:
        shown = second + zone.offset(second)
        if shown != fires.asked:
            return f"{_day(shown)} {_time(fires.asked)} does not exist; runs {_time(shown)}"
        return _twice(zone, second, "runs at the first")
    if isinstance(fires, Wild):
        return _nothing_ran(fires, zone, second) or _twice(zone, second, "runs both times")
    return None


def _skipped(wall: Wall, zone: Zone, second: int) -> str | None:
    """The times that the clock skipped and that this fire stands for."""
    for fresh, shown in _gaps(zone, second - 1, second):
        skipped = [_time(local) for local in _strikes(wall, fresh - 1, shown - 1)]
        if skipped:
            do, once = ("do", " once") if len(skipped) > 1 else ("does", "")
            return f"{_day(fresh)} {', '.join(skipped)} {do} not exist; runs {_when(fresh, shown)}{once}"
    return None


def _nothing_ran(fires: Wild, zone: Zone, second: int) -> str | None:
    """A gap between the fire before and this one, in which more would have been."""
    before = fires.last(second * SECOND - 1)
    if before is None:
        return None
    for fresh, shown in _gaps(zone, max(before // SECOND, second - 2 * DAY), second):
        if fires.wall.count(fresh - 1, shown - 1):
            return f"{_day(fresh)} {_time(fresh)} to {_when(fresh, shown)} does not exist; nothing runs in it"
    return None


def _twice(zone: Zone, second: int, so: str) -> str | None:
    """Whether the clock shows this time once more."""
    local = second + zone.offset(second)
    for start, _, offset, fresh in zone.stretches(second - 2 * DAY, second + 2 * DAY):
        repeated = start > second - 2 * DAY and start + offset <= local < fresh
        if repeated and (second < start or second + zone.offset(start) == local):
            return f"{_day(local)} {_time(local)} occurs twice; {so}"
    return None


def _gaps(zone: Zone, after: int, until: int) -> Iterator[tuple[int, int]]:
    """Each gap that ends later than `after`, up to `until`: first local second lost, next shown."""
    for start, _, offset, fresh in zone.stretches(after, until):
        if after < start <= until and start + offset > fresh:
            yield fresh, start + offset


def _strikes(wall: Wall, after: int, until: int) -> list[int]:
    """At most four strikes between two local seconds."""
    found: list[int] = []
    local = wall.next(after)
    while local is not None and local <= until and len(found) < 4:
        found.append(local)
        local = wall.next(local)
    return found


def _day(local: int) -> str:
    told = EPOCH + timedelta(seconds=local)
    return f"{WEEKDAYS[told.weekday()][:3]} {told.day} {MONTHS[told.month - 1][:3]}"


def _time(local: int) -> str:
    told = EPOCH + timedelta(seconds=local)
    return f"{told:%H:%M:%S}" if told.second else f"{told:%H:%M}"


def _when(before: int, local: int) -> str:
    """The time, and the day where it is another."""
    return _time(local) if before // DAY == local // DAY else f"{_day(local)} {_time(local)}"
