"""Schedules as sentences."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from rota.domain.cron import CronForm, read_cron
from rota.domain.days import EVERY_MONTH, EVERY_MONTHDAY, EVERY_WEEKDAY
from rota.domain.daytimes import EVERY_HOUR, EVERY_MINUTE, bits
from rota.domain.kinds import (
    LAST_DAY,
    WEEKDAYS,
    Kind,
    read_daily,
    read_interval,
    read_monthly,
    read_once,
    read_weekly,
)
from rota.domain.preview import MONTHS

ORDINALS = ("first", "second", "third", "fourth", "fifth")
UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
MOST_TIMES_NAMED = 6


def explain(kind: Kind, expression: str, timezone: str, anchor: datetime | None) -> str:
    """A valid schedule as one sentence without a full stop, with day names and the zone."""
    text = expression.strip()
    if kind is Kind.MANUAL:
        return "Only when it is asked for"
    if kind is Kind.INTERVAL:
        return _interval(read_interval(text), anchor)
    zone = "UTC" if timezone == "UTC" else f"{timezone} time"
    if kind is Kind.ONCE:
        told, absolute = read_once(text)
        zone = "UTC" if absolute else zone
        day = f"{WEEKDAYS[told.weekday()]} {told.day} {MONTHS[told.month - 1]} {told.year}"
        return f"Once, on {day} at {told.time().isoformat('auto').removesuffix(':00')}, {zone}"
    return f"{_repeated(kind, text)}, {zone}"


def month_note(kind: Kind, expression: str) -> str | None:
    """What to know about days that not every month has, or None."""
    text = expression.strip()
    if kind is Kind.MONTHLY:
        day = max(read_monthly(text).days)
    elif (
        kind is Kind.CRON and (pattern := read_cron(text).pattern).both and pattern.weekdays == EVERY_WEEKDAY
    ):
        only = bits(pattern.monthdays) if pattern.months == EVERY_MONTH else []
        day = only[0] if len(only) == 1 else 0
    else:
        return None
    which = "" if kind is Kind.CRON or len(read_monthly(text).days) == 1 else f"day {day} "
    months = {29: "11 months of the year, and in February of leap years", 30: "11 months of the year"}
    months[31] = "7 months of the year"
    return f"{which}runs in {months[day]}; L is the last day" if day in months else None


def _interval(seconds: int, anchor: datetime | None) -> str:
    size, unit = next((size, unit) for size, unit in UNITS if seconds % size == 0)
    many = seconds // size
    every = f"Every {unit}" if many == 1 else f"Every {many} {unit}s"
    if anchor is not None:
        return f"{every}, counted from {anchor.isoformat(' ')}"
    if 3600 % seconds == 0 and seconds >= 600:
        return f"{every}, at {_joined(f':{minute:02}' for minute in range(0, 60, seconds // 60))} (UTC)"
    return every if 86400 % seconds == 0 else f"{every}, counted from 1 January 1970 00:00 UTC"


def _repeated(kind: Kind, text: str) -> str:
    if kind is Kind.DAILY:
        return f"Every day at {_times(read_daily(text))}"
    if kind is Kind.WEEKLY:
        weekly = read_weekly(text)
        return f"Every {_joined(WEEKDAYS[day] for day in weekly.days)} at {_times(weekly.times)}"
    if kind is Kind.MONTHLY:
        monthly = read_monthly(text)
        days = [day for day in monthly.days if day != LAST_DAY]
        named = [f"day {_numbers(days)}"] if days else []
        last = ["the last day"] if LAST_DAY in monthly.days else []
        return f"On {_joined(named + last)} of every month at {_times(monthly.times)}"
    return _cron(read_cron(text))


def _cron(form: CronForm) -> str:
    months = form.pattern.months
    which = "" if months == EVERY_MONTH else f" in {_joined(MONTHS[month - 1] for month in bits(months))}"
    clock, days = _clock(form), f"{_days(form)}{which}"
    return clock if days == "every day" and form.wildcard else f"{clock}, {days}"


def _clock(form: CronForm) -> str:
    seconds, minutes, hours = bits(form.seconds), bits(form.minutes), bits(form.hours)
    if len(seconds) * len(minutes) * len(hours) <= MOST_TIMES_NAMED:
        return f"At {_times(h * 3600 + m * 60 + s for h in hours for m in minutes for s in seconds)}"
    parts = [] if seconds == [0] else [_unit("second", form.seconds, EVERY_MINUTE, 60)]
    if form.minutes != EVERY_MINUTE or not parts:
        parts.append(_unit("minute", form.minutes, EVERY_MINUTE, 60))
    if form.hours != EVERY_HOUR:
        parts.append(f"{'hour' if len(hours) == 1 else 'hours'} {_numbers(hours)}")
    elif form.minutes != EVERY_MINUTE and not parts[-1].startswith("every"):
        parts.append("every hour")
    said = " of ".join(parts)
    return said[0].upper() + said[1:]


def _unit(word: str, mask: int, every: int, size: int) -> str:
    """One field of the clock: every minute, every 15 minutes, minutes 5 and 35."""
    numbers = bits(mask)
    if mask == every:
        return f"every {word}"
    step = numbers[1] - numbers[0] if len(numbers) > 2 else 0
    if step and size % step == 0 and numbers == list(range(0, size, step)):
        return f"every {step} {word}s"
    return f"{word}{'s' if len(numbers) > 1 else ''} {_numbers(numbers)}"


def _days(form: CronForm) -> str:
    by_date, by_week = _by_date(form), _by_week(form)
    if not form.pattern.both:
        both = "both day fields are given and neither begins with *, so either is enough"
        return f"on {by_date} or on {by_week} ({both})"
    if by_date and by_week:
        return f"on {by_date} if it is {by_week} (a day field begins with *, so a day must match both)"
    return f"on {by_date or by_week}" if by_date or by_week else "every day"


def _by_date(form: CronForm) -> str:
    """The day-of-month field in words; nothing when every day matches and that is all it says."""
    pattern = form.pattern
    if pattern.monthdays == EVERY_MONTHDAY and pattern.both:
        return ""
    said = [f"day {_numbers(bits(pattern.monthdays))} of the month"] if pattern.monthdays else []
    said += [f"{back} days before the last day of the month" for back in pattern.from_end if back > 1]
    said += ["the day before the last day of the month"] if 1 in pattern.from_end else []
    said += ["the last day of the month"] if 0 in pattern.from_end else []
    said += [f"the weekday nearest to day {day} of the month" for day in pattern.nearest]
    said += ["the last weekday of the month"] if pattern.last_workday else []
    return _joined(said)


def _by_week(form: CronForm) -> str:
    """The day-of-week field in words; nothing when every day matches and that is all it says."""
    pattern = form.pattern
    if pattern.weekdays == EVERY_WEEKDAY and pattern.both:
        return ""
    said = [_ranges(bits(pattern.weekdays), WEEKDAYS, " to ")] if pattern.weekdays else []
    said += [f"the {ORDINALS[which - 1]} {WEEKDAYS[day]} of the month" for day, which in pattern.nth]
    said += [f"the last {WEEKDAYS[day]} of the month" for day in bits(pattern.last_of)]
    return _joined(said)


def _times(times: Iterable[int]) -> str:
    """Seconds after midnight as clock times."""
    told = [
        f"{time // 3600:02}:{time // 60 % 60:02}" + (f":{time % 60:02}" if time % 60 else "")
        for time in times
    ]
    return _joined(told)


def _numbers(numbers: Sequence[int]) -> str:
    return _ranges(numbers, [str(n) for n in range(61)], "-")


def _ranges(numbers: Sequence[int], names: Sequence[str], to: str) -> str:
    """Ascending numbers by name, three or more in a row as a range."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] + 1 == number:
            runs[-1].append(number)
        else:
            runs.append([number])
    said: list[str] = []
    for run in runs:
        said += [f"{names[run[0]]}{to}{names[run[-1]]}"] if len(run) > 2 else [names[n] for n in run]
    return _joined(said)


def _joined(words: Iterable[str]) -> str:
    """ "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
