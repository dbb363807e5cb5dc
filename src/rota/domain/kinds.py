"""The kinds of schedule, and how each but cron is written.

Every reader here turns text into a small frozen form and raises InvalidSchedule with the part at fault.
Cron has a file of its own.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from rota.domain.errors import InvalidSchedule

MOST_CHARACTERS = 256
MOST_ITEMS = 100
YEARS_AHEAD = 50
"""A schedule that has no fire in so many years has none at all: no pattern of dates waits longer than 40."""

MICROSECOND = timedelta(microseconds=1)
SECONDS_OF = {"": 60, "s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST_INTERVAL = YEARS_AHEAD * 366 * 86400
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LAST_DAY = 0
"""How "L", the last day of the month, is written among the days of Monthly."""


class Kind(StrEnum):
    """What the expression of a schedule means."""

    INTERVAL = "interval"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    CRON = "cron"
    ONCE = "once"
    MANUAL = "manual"


SHORTHAND: Mapping[str, Kind] = {
    "cron": Kind.CRON,
    "every": Kind.INTERVAL,
    "daily": Kind.DAILY,
    "weekly": Kind.WEEKLY,
    "monthly": Kind.MONTHLY,
    "at": Kind.ONCE,
}
"""The keyword arguments of the job decorator, and the kind that each means."""


class Weekly(NamedTuple):
    """Days of the week (0 is Monday) and times (seconds after midnight), each ascending."""

    days: tuple[int, ...]
    times: tuple[int, ...]


class Monthly(NamedTuple):
    """Days of the month (1-31, or LAST_DAY) and times (seconds after midnight), each ascending."""

    days: tuple[int, ...]
    times: tuple[int, ...]


def read_interval(text: str) -> int:
    """The seconds between two fires: `30` is minutes, else `45s`, `15m`, `2h`, `1d`."""
    found = re.fullmatch(r"([0-9]{1,10})([smhd]?)", text)
    if found is None:
        raise InvalidSchedule(
            f"{quoted(text)} is not an interval", part=text, fix="write 30 (minutes), 45s, 15m, 2h or 1d"
        )
    seconds = int(found[1]) * SECONDS_OF[found[2]]
    if seconds == 0:
        raise InvalidSchedule("an interval of 0 never moves on", part=text, fix="the shortest is 1s")
    if seconds > LONGEST_INTERVAL:
        raise InvalidSchedule(
            f"the interval {quoted(text)} is longer than {YEARS_AHEAD} years",
            part=text,
            fix="use once for a single far day",
        )
    return seconds


def read_daily(text: str) -> tuple[int, ...]:
    """The times of the day in seconds after midnight, ascending: `HH:MM[:SS]`, comma list."""
    return tuple(sorted({read_time(item) for item in items(text)}))


def read_weekly(text: str) -> Weekly:
    """`D:HH:MM` where D is a comma list of 0-6 (0 is Monday) or of names."""
    days, time = _days_and_time(text, "0,2:09:30 or MON,WED:09:30")
    return Weekly(tuple(sorted({_weekday(day) for day in items(days)})), (time,))


def read_monthly(text: str) -> Monthly:
    """`D:HH:MM` where D is a comma list of 1-31 or L, the last day."""
    days, time = _days_and_time(text, "1,15:09:30 or L:09:30")
    return Monthly(tuple(sorted({_monthday(day) for day in items(days)})), (time,))


def read_once(text: str) -> tuple[datetime, bool]:
    """An ISO 8601 instant or local time: the wall clock's reading, and whether it named its own offset.

    With an offset the value is in UTC; without, it is the schedule's local time, told as if it were UTC.
    """
    shape = r"\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}([.,]\d{1,6})?)?([Zz]|[+-]\d{2}(:?\d{2})?)?)?"
    fix = "write 2026-03-29T09:30 (local) or 2026-03-29T09:30Z"
    if re.fullmatch(shape, text, re.ASCII) is None:
        raise InvalidSchedule(f"{quoted(text)} is not a date and time", part=text, fix=fix)
    try:
        read = datetime.fromisoformat(text.upper())
        return (read.replace(tzinfo=UTC), False) if read.tzinfo is None else (read.astimezone(UTC), True)
    except (ValueError, OverflowError) as problem:
        raise InvalidSchedule(
            f"{quoted(text)} is not a date and time ({problem})", part=text, fix=fix
        ) from None


def read_time(text: str) -> int:
    """Seconds after midnight of `HH:MM[:SS]`."""
    parts = text.split(":")
    if len(parts) in (2, 3) and all(len(part) in (1, 2) and part.isdigit() for part in parts):
        hour, minute, second = (*map(int, parts), 0)[:3]
        if hour < 24 and minute < 60 and second < 60:
            return hour * 3600 + minute * 60 + second
    raise InvalidSchedule(
        f"{quoted(text)} is not a time of day", part=text, fix="write HH:MM from 00:00 to 23:59"
    )


def items(text: str) -> list[str]:
    """The items of a comma list, without blanks around them; an empty item is an error."""
    found = [item.strip() for item in text.split(",")]
    if "" in found:
        raise InvalidSchedule(f"an item of {quoted(text)} is empty", part=text, fix="remove the extra comma")
    return found


def check_size(text: str) -> None:
    """Refuse an expression that no one means: too long, too many items, or not plain ASCII."""
    if len(text) > MOST_CHARACTERS:
        raise InvalidSchedule(
            f"the expression has {len(text):,} characters",
            part=text[:20],
            fix=f"at most {MOST_CHARACTERS} are read",
        )
    if not text.isascii() or not text.replace("\t", " ").isprintable():
        odd = next(c for c in text if not (c.isascii() and c.isprintable()) and c != "\t")
        raise InvalidSchedule(
            f"{odd!a} is not a plain ASCII character", part=odd, fix="use the digits 0-9 and the letters A-Z"
        )
    if text.count(",") >= MOST_ITEMS:
        raise InvalidSchedule(
            f"the expression has more than {MOST_ITEMS} items", part=text[:20], fix="use ranges such as 1-30"
        )


def quoted(text: str) -> str:
    """The text in quotes, cut when it is long."""
    return f'"{text}"' if len(text) <= 40 else f'"{text[:40]}…"'


def _days_and_time(text: str, example: str) -> tuple[str, int]:
    days, colon, time = text.partition(":")
    if not colon or not days or ":" not in time:
        raise InvalidSchedule(
            f"{quoted(text)} does not say both days and time", part=text, fix=f"write {example}"
        )
    return days, read_time(time.strip())


def _weekday(text: str) -> int:
    if len(text) == 1 and text in "0123456":
        return int(text)
    if len(text) >= 3:
        for number, name in enumerate(WEEKDAYS):
            if text.upper() in (name.upper(), name[:3].upper()):
                return number
    raise InvalidSchedule(
        f"{quoted(text)} is not a day of the week",
        part=text,
        fix="write 0 (Monday) to 6 (Sunday), or MON to SUN",
    )


def _monthday(text: str) -> int:
    if text in ("L", "l"):
        return LAST_DAY
    if text.isdigit() and len(text) <= 2 and 1 <= int(text) <= 31:
        return int(text)
    raise InvalidSchedule(
        f"{quoted(text)} is not a day of the month", part=text, fix="write 1 to 31, or L for the last day"
    )
