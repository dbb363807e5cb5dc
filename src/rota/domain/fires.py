"""The fires of a schedule, in whole microseconds since 1970.

How a clock that is set forward or back is treated: a fixed time belongs to the first instant at which the
clock shows it or a later time (rules D-GAP, D-ONCE, D-FOLD); a wildcard fires at every real instant whose
clock matches (D-WILD). Both look only at offsets, so any change of offset is treated alike (D-ANY).
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from rota.domain.wall import Wall
from rota.domain.zone import CHUNK_BITS, DAY, Zone

SECOND = 1_000_000
FIRST = -62_135_596_800 * SECOND
LAST = 253_402_300_799 * SECOND + 999_999
COUNTED_SECONDS = 50 * 366 * DAY
"""How far a count goes before it answers "at least"."""


class Count(NamedTuple):
    """How many fires there are: `n`, or at least `n` when it is not exact."""

    n: int
    exact: bool


class Fires(Protocol):
    """The fires of a schedule. Instants are whole microseconds since 1970, UTC."""

    def next(self, after: int) -> int | None:
        """The first fire later than `after`, or None."""

    def last(self, until: int) -> int | None:
        """The last fire not later than `until`, or None."""

    def count(self, after: int, until: int) -> Count:
        """How many fires are later than `after` and not later than `until`."""


@dataclass(frozen=True, slots=True)
class Never:
    """The fires of a manual schedule: none."""

    def next(self, after: int) -> int | None:
        """None."""
        return None

    def last(self, until: int) -> int | None:
        """None."""
        return None

    def count(self, after: int, until: int) -> Count:
        """0."""
        return Count(0, True)


@dataclass(frozen=True, slots=True)
class Once:
    """One fire; `asked` is the local second that was asked for, when it was not an instant."""

    at: int
    asked: int | None = None

    def next(self, after: int) -> int | None:
        """See Fires."""
        return self.at if self.at > after else None

    def last(self, until: int) -> int | None:
        """See Fires."""
        return self.at if self.at <= until else None

    def count(self, after: int, until: int) -> Count:
        """See Fires."""
        return Count(int(after < self.at <= until), True)


@dataclass(frozen=True, slots=True)
class Every:
    """Fires at anchor + k * period for every whole k; elapsed time, so no clock change has an effect."""

    anchor: int
    period: int

    def next(self, after: int) -> int | None:
        """See Fires."""
        return after - (after - self.anchor) % self.period + self.period

    def last(self, until: int) -> int | None:
        """See Fires."""
        return until - (until - self.anchor) % self.period

    def count(self, after: int, until: int) -> Count:
        """See Fires."""
        through = (until - self.anchor) // self.period - (after - self.anchor) // self.period
        return Count(max(through, 0), True)


@dataclass(slots=True, eq=False)
class Steady:
    """Fires by a clock that shows the instant itself and is never set: that of UTC."""

    wall: Wall

    def next(self, after: int) -> int | None:
        """See Fires."""
        found = self.wall.next(after // SECOND)
        return None if found is None else found * SECOND

    def last(self, until: int) -> int | None:
        """See Fires."""
        found = self.wall.last(until // SECOND)
        return None if found is None else found * SECOND

    def count(self, after: int, until: int) -> Count:
        """See Fires."""
        begin, end = after // SECOND, until // SECOND
        stop = min(end, begin + COUNTED_SECONDS)
        return Count(self.wall.count(begin, stop), stop >= end)


@dataclass(slots=True, eq=False)
class Fixed:
    """Fires of fixed times: each date and time once, at the first instant that the clock has come to it."""

    wall: Wall
    zone: Zone

    def next(self, after: int) -> int | None:
        """See Fires."""
        instant = after // SECOND
        # zone.position and zone.instant, written out because nearly every next fire comes through here.
        spans = self.zone[instant >> CHUNK_BITS]
        at = bisect_right(spans[0], instant) - 1
        offset, fresh = spans[2][at], spans[3][at]
        shown = instant + offset
        local = self.wall.next(shown if shown >= fresh else fresh - 1)
        if local is None:
            return None
        found = local - offset
        return (found if found < spans[1][at] else self.zone.instant(local)) * SECOND

    def last(self, until: int) -> int | None:
        """See Fires."""
        local = self.wall.last(self.zone.position(until // SECOND))
        return None if local is None else self.zone.instant(local) * SECOND

    def count(self, after: int, until: int) -> Count:
        """See Fires. Times skipped together are one fire."""
        begin, end = after // SECOND, until // SECOND
        if end <= begin:
            return Count(0, True)
        stop = min(end, begin + COUNTED_SECONDS)
        found = self.wall.count(self.zone.position(begin), self.zone.position(stop))
        for start, _, offset, fresh in self.zone.stretches(begin, stop):
            if start > begin and start + offset > fresh:
                found -= max(self.wall.count(fresh - 1, start + offset) - 1, 0)
        return Count(found, stop == end)


@dataclass(slots=True, eq=False)
class Wild:
    """Fires of a wildcard: every real instant whose clock matches, none in a gap, both in a repeat."""

    wall: Wall
    zone: Zone

    def next(self, after: int) -> int | None:
        """See Fires."""
        instant = after // SECOND + 1
        while True:
            spans = self.zone[instant >> CHUNK_BITS]
            at = bisect_right(spans[0], instant) - 1
            local = self.wall.next(instant + spans[2][at] - 1)
            if local is None:
                return None
            found, end = local - spans[2][at], spans[1][at]
            if found < end:
                return found * SECOND
            # Two days later no repeat shows what this stretch has shown: nothing strikes before `local`.
            instant = max(end, found - 3 * DAY) if end > instant + 2 * DAY else end

    def last(self, until: int) -> int | None:
        """See Fires."""
        instant = until // SECOND
        while True:
            spans = self.zone[instant >> CHUNK_BITS]
            at = bisect_right(spans.starts, instant) - 1
            local = self.wall.last(instant + spans.offsets[at])
            if local is None:
                return None
            found, start = local - spans.offsets[at], spans.starts[at]
            if found >= start:
                return found * SECOND
            instant = min(start - 1, found + 3 * DAY) if start < instant - 2 * DAY else start - 1

    def count(self, after: int, until: int) -> Count:
        """See Fires."""
        begin, end = after // SECOND, until // SECOND
        stop = min(end, begin + COUNTED_SECONDS)
        found = 0
        for start, after_end, offset, _ in self.zone.stretches(begin, stop):
            found += self.wall.count(start - 1 + offset, min(stop, after_end - 1) + offset)
        return Count(found, stop == end)
