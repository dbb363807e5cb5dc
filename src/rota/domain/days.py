"""The days on which a schedule's clock strikes. A day is a number: days since 1 January 1970."""

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple, Protocol

EPOCH_ORDINAL = 719163
FIRST_DAY = date.min.toordinal() - EPOCH_ORDINAL
LAST_DAY = date.max.toordinal() - EPOCH_ORDINAL
MONTHS_SEARCHED = 50 * 12 + 1
EVERY_WEEKDAY = 0b111_1111
EVERY_MONTHDAY = 0xFFFF_FFFE
EVERY_MONTH = 0b1_1111_1111_1110
_COMMON = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LENGTHS = (_COMMON, (0, 31, 29, *_COMMON[3:]))
_SAME_WEEKDAY = 1 | 1 << 7 | 1 << 14 | 1 << 21 | 1 << 28


class Days(Protocol):
    """A set of days without end."""

    def since(self, day: int) -> int | None:
        """The first day of the set that is not before `day`; None when there is none in 50 years."""

    def until(self, day: int) -> int | None:
        """The last day of the set that is not after `day`; None when there is none in 50 years."""

    def count(self, first: int, last: int) -> int:
        """How many days of the set lie between `first` and `last`, both included."""


@dataclass(slots=True, eq=False)
class WeekDays:
    """The same days of every week."""

    mask: int
    ahead: tuple[int, ...]
    behind: tuple[int, ...]

    def since(self, day: int) -> int | None:
        """See Days. 1 January 1970 was a Thursday, weekday 3."""
        return day + self.ahead[(day + 3) % 7]

    def until(self, day: int) -> int | None:
        """See Days."""
        return day - self.behind[(day + 3) % 7]

    def count(self, first: int, last: int) -> int:
        """See Days."""
        weeks, rest = divmod(last - first + 1, 7)
        odd = sum(self.mask >> (first + 3 + n) % 7 & 1 for n in range(rest))
        return weeks * self.mask.bit_count() + odd


@lru_cache(maxsize=128)
def week_days(mask: int) -> WeekDays:
    """The days of the week whose bits stand; bit 0 is Monday, at least one must stand."""
    ahead = tuple(next(n for n in range(7) if mask >> (day + n) % 7 & 1) for day in range(7))
    behind = tuple(next(n for n in range(7) if mask >> (day - n) % 7 & 1) for day in range(7))
    return WeekDays(mask, ahead, behind)


class DayPattern(NamedTuple):
    """Which days of a month count. Bit 0 of weekdays is Monday; bits of days and months are their numbers.

    months    the months that have such days
    monthdays plain days of the month
    from_end  days counted back from the last, which is 0
    nearest   days whose nearest weekday in the same month is meant
    last_workday  whether the last weekday of the month is meant
    weekdays  plain days of the week
    nth       pairs (weekday, which of the month, 1 the first)
    last_of   weekdays of which the last of the month is meant
    both      rule G-DAY: whether a day must match both day fields, or either
    """

    months: int = EVERY_MONTH
    monthdays: int = EVERY_MONTHDAY
    from_end: tuple[int, ...] = ()
    nearest: tuple[int, ...] = ()
    last_workday: bool = False
    weekdays: int = EVERY_WEEKDAY
    nth: tuple[tuple[int, int], ...] = ()
    last_of: int = 0
    both: bool = True

    def days(self) -> Days:
        """The days that the pattern means."""
        plain = not (self.from_end or self.nearest or self.last_workday or self.nth or self.last_of)
        if plain and self.both and self.months == EVERY_MONTH and self.monthdays == EVERY_MONTHDAY:
            return week_days(self.weekdays)
        return MonthDays(self, self.months)

    def of_month(self, length: int, first: int) -> int:
        """The days that count in a month of `length` days that begins on weekday `first`, as bits 1-31."""
        by_date = self.monthdays
        for back in self.from_end:
            by_date |= 1 << length - back if back < length else 0
        for day in self.nearest:
            by_date |= 1 << _nearest_workday(day, length, first) if day <= length else 0
        if self.last_workday:
            by_date |= 1 << _nearest_workday(length, length, first)
        by_week = self._by_week(length, first)
        return (by_date & by_week if self.both else by_date | by_week) & ((2 << length) - 2)

    def _by_week(self, length: int, first: int) -> int:
        # The week turned so that it begins with day 1, five times over.
        week = (self.weekdays >> first | self.weekdays << 7 - first) & EVERY_WEEKDAY
        found = week * _SAME_WEEKDAY << 1
        for weekday in range(7) if self.last_of else ():
            if self.last_of >> weekday & 1:
                day = 1 + (weekday - first) % 7
                found |= 1 << day + (length - day) // 7 * 7
        for weekday, which in self.nth:
            found |= 1 << 1 + (weekday - first) % 7 + 7 * (which - 1)
        return found


def _nearest_workday(day: int, length: int, first: int) -> int:
    """The Monday to Friday nearest to `day` that lies in the same month."""
    weekday = (first + day - 1) % 7
    if weekday == 5:
        return day - 1 if day > 1 else day + 2
    if weekday == 6:
        return day + 1 if day < length else day - 2
    return day


@dataclass(slots=True, eq=False)
class MonthDays:
    """The days of a pattern, found by walking months, never days."""

    pattern: DayPattern
    months: int
    known: dict[int, int] = field(default_factory=dict)

    def since(self, day: int) -> int | None:
        """See Days."""
        if not FIRST_DAY <= day <= LAST_DAY:
            return None if day > LAST_DAY else self.since(FIRST_DAY)
        begin = date.fromordinal(day + EPOCH_ORDINAL)
        year, month, earliest = begin.year, begin.month, begin.day
        first, lengths = day - earliest + 1, _lengths(year)
        for _ in range(MONTHS_SEARCHED):
            length = lengths[month]
            if self.months >> month & 1:
                wanted = self._shape(length, (first + 3) % 7) >> earliest
                if wanted:
                    return first + earliest + (wanted & -wanted).bit_length() - 2
            first, earliest, month = first + length, 0, month + 1
            if month == 13:
                year, month = year + 1, 1
                lengths = _lengths(year)
        return None

    def until(self, day: int) -> int | None:
        """See Days."""
        if day < FIRST_DAY:
            return None
        begin = date.fromordinal(min(day, LAST_DAY) + EPOCH_ORDINAL)
        year, month, first = begin.year, begin.month, min(day, LAST_DAY) - begin.day + 1
        earlier = self._month(year, month, first) & ((2 << begin.day) - 1)
        for _ in range(MONTHS_SEARCHED):
            if earlier:
                return first + earlier.bit_length() - 2
            year, month = (year, month - 1) if month > 1 else (year - 1, 12)
            first -= _lengths(year)[month]
            earlier = self._month(year, month, first)
        return None

    def count(self, first: int, last: int) -> int:
        """See Days. Costs one step a month."""
        found, day = 0, max(first, FIRST_DAY)
        while day <= min(last, LAST_DAY):
            at = date.fromordinal(day + EPOCH_ORDINAL)
            begin, length = day - at.day + 1, _lengths(at.year)[at.month]
            wanted = self._month(at.year, at.month, begin) >> at.day
            found += (wanted & ((1 << max(last - day + 1, 0)) - 1)).bit_count()
            day = begin + length
        return found

    def _month(self, year: int, month: int, first: int) -> int:
        """The days of one month as bits; there are only 28 shapes of month, so each is worked out once."""
        if not self.months >> month & 1:
            return 0
        return self._shape(_lengths(year)[month], (first + 3) % 7)

    def _shape(self, length: int, weekday: int) -> int:
        """The days of any month of so many days that begins on the weekday."""
        shape = length * 7 + weekday
        found = self.known.get(shape)
        if found is None:
            found = self.known[shape] = self.pattern.of_month(length, weekday)
        return found


def _lengths(year: int) -> tuple[int, ...]:
    """How many days each month of the year has."""
    return _LENGTHS[year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)]
