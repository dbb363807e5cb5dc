"""Twelve months as squares, one a day, a column a week."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from math import ceil

from markupsafe import Markup

from rota.domain.execution import UNSUCCESSFUL, Status
from rota.domain.words import milliseconds
from rota.services.days import DayCounts
from rota.web.draw.marks import Drawing, Table, counted, percent, rect, svg, text

WEEKS = 53
LEFT = 0.04
STEP = (1 - LEFT) / WEEKS
WIDTH = percent(STEP * 0.8)
TOP, DOWN, HEIGHT = 14, 14, 11
ALIKE = 1.25
"""Up to so many times the lowest, days have the same strength; a tenth at either end is not looked at."""
DAYS_WRITTEN = {0: "Mon", 2: "Wed", 4: "Fri"}


def heat(days: Mapping[date, DayCounts], last: date, tolerated: float = 0.0) -> Drawing:
    """The year that ends with the day `last`. Stronger is longer, where durations are known, or else more.

    tolerated  the share of failures, 0 to 1, up to which a day does not count as failed
    """
    first = last - timedelta(days=last.weekday(), weeks=WEEKS - 1)
    found = {day: one for day, one in days.items() if first <= day <= last}
    steps = scale(found)
    squares = [
        _square(first + timedelta(days=n), first, found, steps, tolerated)
        for n in range((last - first).days + 1)
    ]
    words = [text("minor", "0", TOP + 9 + row * DOWN, name) for row, name in DAYS_WRITTEN.items()]
    parts = [*squares, *words, *_months(first, last)]
    label = f"Twelve months, one square a day: {_totals(found) or 'no execution'}"
    return Drawing(svg("heat", label, parts), _table(found))


def strength(day: DayCounts | None, scale: list[float], tolerated: float = 0.0) -> str:
    """The class of a day: hx failed, hm missed, h0 nothing, h1 to h3 by how long or how much."""
    if day is None:
        return "h0"
    if sum(day.counts.get(status, 0) for status in UNSUCCESSFUL) > tolerated * sum(day.counts.values()):
        return "hx"
    if day.counts.get(Status.MISSED) and not day.counts.get(Status.SUCCEEDED):
        return "hm"
    value = _value(day)
    return f"h{1 + sum(value > step for step in scale)}" if value else "h0"


def _value(day: DayCounts) -> float:
    n = day.counts.get(Status.SUCCEEDED, 0)
    return day.total_ms / n if day.total_ms and n else float(n)


def scale(days: Mapping[date, DayCounts]) -> list[float]:
    """Two steps that part the days in three; days that hardly differ are alike."""
    values = sorted(value for one in days.values() if (value := _value(one)))
    if not values:
        return [0.0, 0.0]
    low, high = values[len(values) // 10], values[-1 - len(values) // 10]
    if high <= low * ALIKE:
        return [0.0, high * ALIKE]
    return [values[len(values) // 3], values[len(values) * 2 // 3]]


def _square(
    day: date, first: date, days: Mapping[date, DayCounts], scale: list[float], tolerated: float
) -> Markup:
    week, row = divmod((day - first).days, 7)
    found = days.get(day)
    return rect(
        strength(found, scale, tolerated), percent(LEFT + week * STEP), TOP + row * DOWN, WIDTH, HEIGHT, rx=2,
        title=f"{_named(day)}: {_told(found)}",
    )  # fmt: skip


def _named(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _told(day: DayCounts | None) -> str:
    if day is None:
        return "no execution"
    n = sum(day.counts.values())
    return counted(day.counts) + (f", {milliseconds(day.total_ms / n)} each" if day.total_ms and n else "")


def _totals(days: Mapping[date, DayCounts]) -> str:
    totals: Counter[Status] = Counter()
    for one in days.values():
        totals.update(one.counts)
    return counted(totals)


def _months(first: date, last: date) -> Iterator[Markup]:
    """Each month over the week that its first day lies in; every third one stays where there is little room."""
    for number, day in enumerate(_firsts(first, last)):
        week = ceil((day - first).days / 7)
        if week < WEEKS - 1:
            yield text("" if number % 3 == 0 else "minor", percent(LEFT + week * STEP), 8, f"{day:%b}")


def _firsts(first: date, last: date) -> Iterator[date]:
    day = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    while day <= last:
        yield day
        day = (day + timedelta(days=32)).replace(day=1)


def _table(days: Mapping[date, DayCounts]) -> Table:
    """The days on which something happened, the newest first; as many as one reads."""
    rows = [[_named(day), _told(days[day])] for day in sorted(days, reverse=True)[:60]]
    return Table("Days with executions, newest first", ("Day", "Executions"), rows)
