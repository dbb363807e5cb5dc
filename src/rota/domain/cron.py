"""Reads a cron expression into masks. One pass over at most 256 characters.

The meaning is that of Debian's cron, with the `L`, `W`, `#` and seconds of Quartz.
"""

from collections.abc import Mapping
from typing import NamedTuple

from rota.domain.days import DayPattern
from rota.domain.errors import InvalidSchedule
from rota.domain.kinds import MOST_ITEMS, quoted

MONTH_NAMES = {
    name: n
    for n, name in enumerate(
        ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], 1
    )
}
DAY_NAMES = {name: n for n, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])}
MACROS = {
    "@YEARLY": "0 0 1 1 *",
    "@ANNUALLY": "0 0 1 1 *",
    "@MONTHLY": "0 0 1 * *",
    "@WEEKLY": "0 0 * * 0",
    "@DAILY": "0 0 * * *",
    "@MIDNIGHT": "0 0 * * *",
    "@HOURLY": "0 * * * *",
}


class Field(NamedTuple):
    """One field of the expression: what a value is, the numbers it takes and the names it knows."""

    word: str
    low: int
    high: int
    names: Mapping[str, int]
    hint: str
    every: int

    @classmethod
    def of(cls, word: str, low: int, high: int, names: Mapping[str, int], hint: str) -> "Field":
        """The field that takes `low` to `high`."""
        return cls(word, low, high, names, hint, (2 << high) - (1 << low))


SECOND = Field.of("a second", 0, 59, {}, "0-59")
MINUTE = Field.of("a minute", 0, 59, {}, "0-59")
HOUR = Field.of("an hour", 0, 23, {}, "0-23")
MONTHDAY = Field.of("a day of the month", 1, 31, {}, "1-31, L, LW, L-3 or 15W")
MONTH = Field.of("a month", 1, 12, MONTH_NAMES, "1-12 or JAN-DEC")
WEEKDAY = Field.of("a day of the week", 0, 7, DAY_NAMES, "0-7 (0 and 7 are Sunday), SUN-SAT, 5L or 5#2")


class CronForm(NamedTuple):
    """A cron expression that was read: bits of the clock's fields, the days, and rule D-CLASS.

    fields    the six fields in capitals, seconds first; "0" when the expression has five
    wildcard  whether the minute or hour field begins with `*`; otherwise it is a fixed time
    """

    seconds: int
    minutes: int
    hours: int
    pattern: DayPattern
    wildcard: bool
    fields: tuple[str, ...]


def read_cron(expression: str) -> CronForm:
    """Read five fields, six (seconds first), or a macro. Raises InvalidSchedule with the part at fault.

    The caller has refused what is longer than 256 characters or not plain ASCII.
    """
    text = expression.strip().upper()
    if text.startswith("@"):
        text = _macro(text)
    fields = text.replace("?", "*").split()
    if len(fields) == 5:
        fields.insert(0, "0")
    if len(fields) != 6:
        raise InvalidSchedule(
            f"a cron expression has five fields, or six with seconds first; this has {len(text.split())}",
            part=expression,
            fix="write minute hour day-of-month month day-of-week",
        )
    if text.count(",") + len(fields) > MOST_ITEMS:
        raise InvalidSchedule(
            f"the expression has more than {MOST_ITEMS} items", part=text[:20], fix="use ranges such as 1-30"
        )
    second, minute, hour, monthday, month, weekday = fields
    return CronForm(
        _mask(second, SECOND),
        _mask(minute, MINUTE),
        _mask(hour, HOUR),
        _pattern(monthday, _mask(month, MONTH), weekday),
        minute[0] == "*" or hour[0] == "*",
        tuple(fields),
    )


def _macro(text: str) -> str:
    if text == "@REBOOT":
        raise InvalidSchedule(
            "@reboot is not a time", part="@reboot", fix="start the job from the service that boots"
        )
    try:
        return MACROS[text]
    except KeyError:
        known = ", ".join(name.lower() for name in MACROS)
        raise InvalidSchedule(
            f"no macro {quoted(text.lower())}", part=text, fix=f"there are {known}"
        ) from None


def _pattern(monthday: str, months: int, weekday: str) -> DayPattern:
    both = monthday[0] == "*" or weekday[0] == "*"
    if "L" not in monthday and "W" not in monthday and "L" not in weekday and "#" not in weekday:
        return DayPattern(
            months, _mask(monthday, MONTHDAY), (), (), False, _from_monday(_mask(weekday, WEEKDAY)), both=both
        )
    monthdays, from_end, nearest, last_workday = _monthdays(monthday)
    weekdays, nth, last_of = _weekdays(weekday)
    return DayPattern(months, monthdays, from_end, nearest, last_workday, weekdays, nth, last_of, both)


def _monthdays(text: str) -> tuple[int, tuple[int, ...], tuple[int, ...], bool]:
    """The plain days, the days from the end, the days whose nearest weekday is meant, and whether LW is."""
    plain, last_workday = 0, False
    from_end: list[int] = []
    nearest: list[int] = []
    for item in text.split(","):
        if item == "L":
            from_end.append(0)
        elif item == "LW":
            last_workday = True
        elif item.startswith("L-"):
            from_end.append(_bounded(item[2:], 1, 30, item, MONTHDAY))
        elif item.endswith("W"):
            nearest.append(_bounded(item[:-1], 1, 31, item, MONTHDAY))
        else:
            plain |= _item(item, MONTHDAY)
    return plain, tuple(from_end), tuple(nearest), last_workday


def _weekdays(text: str) -> tuple[int, tuple[tuple[int, int], ...], int]:
    """The plain weekdays, the pairs (weekday, which), and the weekdays of which the last is meant."""
    plain = last_of = 0
    nth: list[tuple[int, int]] = []
    for item in text.split(","):
        name, hash_sign, which = item.partition("#")
        if hash_sign:
            nth.append(((_value(name, item, WEEKDAY) - 1) % 7, _bounded(which, 1, 5, item, WEEKDAY)))
        elif item.endswith("L"):
            last_of |= 1 << (_value(item[:-1], item, WEEKDAY) - 1) % 7
        else:
            plain |= _item(item, WEEKDAY)
    return _from_monday(plain), tuple(nth), last_of


def _mask(text: str, field: Field) -> int:
    if text == "*":
        return field.every
    if "," not in text:
        return _item(text, field)
    mask = 0
    for item in text.split(","):
        mask |= _item(item, field)
    return mask


def _item(item: str, field: Field) -> int:
    """The bits of `*`, `a`, `a-b`, `*/s`, `a-b/s` or `a/s`."""
    if item.isdigit() or item in field.names:
        return 1 << _value(item, item, field)
    body, slash, step_text = item.partition("/")
    step = _step(step_text, item, field) if slash else 1
    low, high = field.low, field.high
    if body != "*":
        first, dash, last = body.partition("-")
        low = _value(first, item, field)
        if dash:
            high = _end_of_range(low, _value(last, item, field), item, field)
    if step == 1:
        return (2 << high) - (1 << low)
    # One bit in every `step`, so often: a geometric series.
    many = (high - low) // step + 1
    return ((1 << many * step) - 1) // ((1 << step) - 1) << low


def _end_of_range(low: int, high: int, item: str, field: Field) -> int:
    """The end of `low-high`; only a range of weekdays may run backwards, and only to Sunday."""
    if high >= low:
        return high
    if field is WEEKDAY and high == 0:
        return 7
    first, last = item.partition("/")[0].split("-")
    wrapped = (
        f"{first}-{field.high},{field.low}-{last}" if field is not WEEKDAY else f"{first}-SUN,MON-{last}"
    )
    raise InvalidSchedule(f'the range "{item}" runs backwards', part=item, fix=f"write {wrapped}")


def _step(text: str, item: str, field: Field) -> int:
    most = 7 if field is WEEKDAY else field.high + 1 - field.low
    if not text.isdigit() or int(text) == 0:
        raise InvalidSchedule(
            f"the step of {quoted(item)} is not a number from 1",
            part=item,
            fix="write e.g. */5",
        )
    if int(text) > most:
        raise InvalidSchedule(
            f"the step of {quoted(item)} is larger than the field, which has {most} values",
            part=item,
            fix="a schedule of kind interval takes any number of minutes, hours or days",
        )
    return int(text)


def _bounded(text: str, low: int, high: int, item: str, field: Field) -> int:
    if text.isdigit() and low <= int(text) <= high:
        return int(text)
    raise _refused(item, field)


def _value(text: str, item: str, field: Field) -> int:
    named = field.names.get(text)
    if named is not None:
        return named
    if text.isdigit() and field.low <= int(text) <= field.high:
        return int(text)
    raise _refused(item, field)


def _refused(item: str, field: Field) -> InvalidSchedule:
    shown = quoted(item) if item else "an empty item"
    return InvalidSchedule(f"{shown} is not {field.word}", part=item, fix=f"write {field.hint}")


def _from_monday(mask: int) -> int:
    """Weekday bits that begin with Sunday (0 and 7) as bits that begin with Monday."""
    return mask >> 1 & 0b11_1111 | ((mask | mask >> 7) & 1) << 6
