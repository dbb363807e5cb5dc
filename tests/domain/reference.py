"""The meaning of cron expressions and of clock changes, written plainly: minute by minute, day by day.

Nothing here comes from the engine. It is slow on purpose: it looks at every minute of a window.
"""

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


class Minute(NamedTuple):
    """One real minute: its instant (seconds since 1970), what the wall shows, and what is odd about it.

    again    the wall has shown this minute before
    skipped  the wall minutes that were skipped just before this one
    """

    instant: int
    day: date
    minute: int
    again: bool
    skipped: tuple[tuple[date, int], ...]


def minutes_between(zone: ZoneInfo, start: datetime, end: datetime) -> list[Minute]:
    """Every real minute from `start` to before `end` as the zone's clock shows it, knowing the day before."""
    found: list[Minute] = []
    seen: set[datetime] = set()
    at = start - timedelta(hours=30)
    before: datetime | None = None
    while at < end:
        local = at.astimezone(zone).replace(tzinfo=None)
        skipped: list[tuple[date, int]] = []
        lost = local if before is None else before + MINUTE
        while lost < local:
            if lost not in seen:
                skipped.append((lost.date(), lost.hour * 60 + lost.minute))
            lost += MINUTE
        if at >= start:
            instant, minute = int((at - EPOCH).total_seconds()), local.hour * 60 + local.minute
            found.append(Minute(instant, local.date(), minute, local in seen, tuple(skipped)))
        seen.add(local)
        at, before = at + MINUTE, local
    return found


class Expression:
    """A cron expression of five or six fields, read without any cleverness."""

    def __init__(self, text: str) -> None:
        fields = text.upper().split()
        self.seconds = sorted(values(fields.pop(0), 0, 59, [])) if len(fields) == 6 else [0]
        minute, hour, self.monthday, month, self.weekday = fields
        self.minutes = {h * 60 + m for h in values(hour, 0, 23, []) for m in values(minute, 0, 59, [])}
        self.months = (
            {n + 1 for n in values(month, 1, 12, MONTHS)} if month.isalpha() else values(month, 1, 12, [])
        )
        self.wildcard = minute.startswith("*") or hour.startswith("*")
        self.both = self.monthday.startswith("*") or self.weekday.startswith("*")

    def fires(self, minutes: list[Minute]) -> list[int]:
        """The instants at which the expression fires, in seconds since 1970, ascending."""
        days = {day: self.on(day) for day in {m.day for m in minutes}}
        found: set[int] = set()
        for at in minutes:
            if not self.wildcard and any(m in self.minutes and self.on(day) for day, m in at.skipped):
                found.add(at.instant)
            if at.minute in self.minutes and days[at.day] and (self.wildcard or not at.again):
                found.update(at.instant + second for second in self.seconds)
        return sorted(found)

    def on(self, day: date) -> bool:
        """Whether the expression's date fields match a day (rule G-DAY)."""
        if day.month not in self.months:
            return False
        by_date = any(on_monthday(item, day) for item in self.monthday.split(","))
        by_week = any(on_weekday(item, day) for item in self.weekday.split(","))
        return by_date and by_week if self.both else by_date or by_week


def on_monthday(item: str, day: date) -> bool:
    """Whether one item of the day-of-month field matches."""
    last = calendar.monthrange(day.year, day.month)[1]
    if item == "L":
        return day.day == last
    if item == "LW":
        return day == max(d for d in month_of(day) if d.weekday() < 5)
    if item.startswith("L-"):
        return day.day == last - int(item[2:])
    if item.endswith("W"):
        wanted = int(item[:-1])
        if wanted > last:
            return False
        workdays = [d for d in month_of(day) if d.weekday() < 5]
        return day == min(workdays, key=lambda d: (abs(d.day - wanted), d.day))
    return day.day in values(item, 1, 31, [])


def on_weekday(item: str, day: date) -> bool:
    """Whether one item of the day-of-week field matches."""
    if item.endswith("L"):
        same = [d for d in month_of(day) if cron_weekday(d) == int(item[:-1]) % 7]
        return day == same[-1]
    if "#" in item:
        weekday, which = item.split("#")
        same = [d for d in month_of(day) if cron_weekday(d) == int(weekday) % 7]
        return day in same[int(which) - 1 : int(which)]
    return cron_weekday(day) in {value % 7 for value in values(item, 0, 7, DAYS)}


def cron_weekday(day: date) -> int:
    """0 is Sunday."""
    return day.isoweekday() % 7


def month_of(day: date) -> list[date]:
    """All days of the month that `day` lies in."""
    return [date(day.year, day.month, n + 1) for n in range(calendar.monthrange(day.year, day.month)[1])]


def values(text: str, low: int, high: int, names: list[str]) -> set[int]:
    """The numbers of a field; a name is its place in `names`."""
    found: set[int] = set()
    for item in text.split(","):
        body, _, step = item.partition("/")
        first, _, last = body.partition("-")
        if body == "*":
            begin, end = low, high
        else:
            begin = names.index(first) if first in names else int(first)
            end = begin if not step else high
            if last:
                end = names.index(last) if last in names else int(last)
                end = 7 if high == 7 and end == 0 and begin > 0 else end
        found.update(range(begin, end + 1, int(step or 1)))
    return found


def changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[int, int, int]]:
    """Each change of the zone's offset: (first second of the new offset, offset before, offset after)."""
    step = 3 * 86400
    at, last = int((start - EPOCH).total_seconds()), int((end - EPOCH).total_seconds())
    before = offset(zone, at)
    while at < last:
        after = offset(zone, at + step)
        if after != before:
            low, high = at, at + step
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if offset(zone, middle) == after else (middle, high)
            yield high, before, after
        at, before = at + step, after


def offset(zone: ZoneInfo, instant: int) -> int:
    """Local time minus UTC in seconds."""
    told = datetime.fromtimestamp(instant, zone).utcoffset()
    assert told is not None
    return int(told.total_seconds())
