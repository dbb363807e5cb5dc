"""The times of one day at which a schedule's clock strikes."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

EVERY_MINUTE = (1 << 60) - 1
EVERY_HOUR = (1 << 24) - 1
_EACH_MINUTE = tuple(range(0, 3600, 60))


@dataclass(slots=True, eq=False)
class DayTimes:
    """Times of the day, in seconds after midnight.

    by_hour  for each of the 24 hours the seconds within it, ascending
    hours    bit h stands when hour h has any
    """

    by_hour: tuple[tuple[int, ...], ...]
    hours: int

    @property
    def first(self) -> int:
        """The earliest time."""
        hour = (self.hours & -self.hours).bit_length() - 1
        return hour * 3600 + self.by_hour[hour][0]

    @property
    def last(self) -> int:
        """The latest time."""
        hour = self.hours.bit_length() - 1
        return hour * 3600 + self.by_hour[hour][-1]

    @property
    def many(self) -> int:
        """How many times there are."""
        return sum(map(len, self.by_hour))

    def after(self, second: int) -> int:
        """The first time later than `second`, or -1."""
        hour = second // 3600
        within = self.by_hour[hour]
        rest = second - hour * 3600
        if within and rest < within[-1]:
            return hour * 3600 + within[bisect_right(within, rest)]
        later = self.hours >> hour + 1
        if later:
            hour += (later & -later).bit_length()
            return hour * 3600 + self.by_hour[hour][0]
        return -1

    def until(self, second: int) -> int:
        """The last time not later than `second`, or -1."""
        hour = second // 3600
        within = self.by_hour[hour]
        rest = second - hour * 3600
        if within and within[0] <= rest:
            return hour * 3600 + within[bisect_right(within, rest) - 1]
        earlier = self.hours & ((1 << hour) - 1)
        if earlier:
            hour = earlier.bit_length() - 1
            return hour * 3600 + self.by_hour[hour][-1]
        return -1

    def count_until(self, second: int) -> int:
        """How many times are not later than `second`."""
        hour, rest = divmod(second, 3600)
        return sum(map(len, self.by_hour[:hour])) + bisect_right(self.by_hour[hour], rest)


def product(hours: int, minutes: int, seconds: int = 1) -> DayTimes:
    """Every combination of the hours, minutes and seconds whose bits stand."""
    each_minute = _EACH_MINUTE if minutes == EVERY_MINUTE else tuple([bit * 60 for bit in bits(minutes)])
    within = each_minute
    if seconds != 1:
        each_second = bits(seconds)
        within = tuple([minute + second for minute in each_minute for second in each_second])
    if hours == EVERY_HOUR:
        return DayTimes((within,) * 24, hours)
    by_hour: list[tuple[int, ...]] = [()] * 24
    for hour in bits(hours):
        by_hour[hour] = within
    return DayTimes(tuple(by_hour), hours)


def listed(times: Iterable[int]) -> DayTimes:
    """The given times, in seconds after midnight."""
    by_hour: list[tuple[int, ...]] = [()] * 24
    hours = 0
    for time in sorted(times):
        hour, rest = divmod(time, 3600)
        by_hour[hour] += (rest,)
        hours |= 1 << hour
    return DayTimes(tuple(by_hour), hours)


def bits(mask: int) -> list[int]:
    """The numbers of the bits that stand, ascending."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
