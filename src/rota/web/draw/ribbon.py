"""The day of all jobs: one column for ten minutes, what happened left of now and what is planned right of it."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from markupsafe import Markup

from rota.domain.execution import UNSUCCESSFUL, Status
from rota.domain.words import span
from rota.services.activity import Day
from rota.web.draw.axis import Window
from rota.web.draw.marks import PLAN, TOGETHER, Drawing, Table, counted, line, percent, rect, svg, text
from rota.web.times import Times

TOP, BASE, FEET = 18.0, 112.0, 130.0
UNIT = 5.0
"""Height of one execution, where there are few."""
LEAST = 3.0
"""Height of the smallest mark that can be seen."""
SPAN = timedelta(minutes=10)
COARSE = timedelta(minutes=30)
"""What one planned column stands for where it is narrow, as high as the highest of its tens of minutes: a thinner one
could not be hollow."""
FILLED = 0.84
"""Share of a column that is drawn."""
Column = dict[Status, int]


def ribbon(day: Day, times: Times) -> Drawing:
    """The ribbon, and the hours of the day as a table."""
    window = Window(day.since, day.until, times)
    columns: dict[datetime, Column] = defaultdict(dict)
    for one in day.ended:
        columns[one.at][one.status] = one.n
    most = max([*(sum(one.values()) for one in columns.values()), *(n for _, n in day.ahead.planned), 1])
    unit = min(UNIT, (BASE - TOP) / most)
    parts = [
        *_axis(window),
        *_past(window, columns, unit, day.now),
        *_planned(window, day, unit),
        *_cuts(window, day, unit),
    ]
    parts += _words(window, day)
    label = f"Executions of the last {_hours(day.now - day.since)} and the next {_hours(day.until - day.now)} hours"
    return Drawing(svg("ribbon", label, parts, _detail(day)), _table(day, times))


def _hours(length: timedelta) -> int:
    return round(length / timedelta(hours=1))


def _axis(window: Window) -> Iterator[Markup]:
    for tick in window.ticks:
        minor = " minor" if tick.is_minor else ""
        x = percent(tick.place)
        yield line(f"m-grid{minor}", x, x, 12, BASE)
        yield text(f"{tick.anchor}{minor}", x, FEET, tick.words)


def _past(window: Window, columns: dict[datetime, Column], unit: float, now: datetime) -> Iterator[Markup]:
    for at in sorted(columns):
        counts, (x, width), y = columns[at], window.bar(at, min(at + SPAN, now), FILLED), BASE
        failed = sum(counts.get(status, 0) for status in UNSUCCESSFUL)
        missed = counts.get(Status.MISSED, 0)
        quiet = counts.get(Status.CANCELLED, 0) + counts.get(Status.SKIPPED, 0)
        when = window.times.clock(at)
        for kind, n, told in (
            ("m-ok", counts.get(Status.SUCCEEDED, 0), None),
            ("m-miss", missed, f"{when}: {missed:,} missed"),
            ("m-idle", quiet, f"{when}: {quiet:,} skipped or cancelled"),
            ("m-bad", failed, f"{when}: {failed:,} failed"),
        ):
            if n:
                height = max(LEAST, n * unit)
                y -= height + (2 if kind == "m-bad" and y < BASE else 0)
                yield rect(kind, x, max(y, 2), width, height, title=told)


def _planned(window: Window, day: Day, unit: float) -> Iterator[Markup]:
    coarse: dict[datetime, int] = defaultdict(int)
    for at, n in day.ahead.planned:
        # What is still to come of the ten minutes that are under way stands right of now.
        x, width = window.bar(max(at, day.now), at + SPAN, FILLED)
        height = max(LEAST, n * unit)
        yield rect(f"{PLAN} minor", x, BASE - height, width, height)
        wider = at - (at - window.since) % COARSE
        coarse[wider] = max(coarse[wider], n)
    for at, n in coarse.items():
        x, width = window.bar(max(at, day.now), at + COARSE, FILLED)
        height = max(LEAST, n * unit)
        yield rect(f"{PLAN} major", x, BASE - height, width, height)


def _cuts(window: Window, day: Day, unit: float) -> Iterator[Markup]:
    """Where there are few, columns are cut into single executions."""
    if unit >= UNIT:
        now = window.x(day.now)
        for step in range(1, int((BASE - TOP) / unit) + 1):
            y = BASE + 0.5 - step * unit
            yield line("cut", "0", now, y, y)


def _words(window: Window, day: Day) -> Iterator[Markup]:
    crowd, x = day.ahead.crowd, window.x(day.now)
    if crowd is not None and crowd.jobs >= TOGETHER and 0.02 < window.place(crowd.at) < 0.8:
        start = percent(window.place(crowd.at) + 0.012)
        yield text("minor plate", start, 29, f"{window.times.hour(crowd.at)} · {crowd.jobs:,} start together")
    yield from _gap(window, day)
    yield line("m-base", "0", "100%", BASE + 0.5, BASE + 0.5)
    yield line("m-now", x, x, 14, 118)
    now = window.times.clock(day.now).split(" ", 1)[1]
    yield text("t-now t-mid", x, 9, f"now {now}")


def _gap(window: Window, day: Day) -> Iterator[Markup]:
    """Words at the longest stretch in which slots were missed."""
    stretches: list[tuple[datetime, datetime, int]] = []
    for one in sorted((one for one in day.ended if one.status is Status.MISSED), key=lambda one: one.at):
        begin, end, n = stretches.pop() if stretches and stretches[-1][1] == one.at else (one.at, one.at, 0)
        stretches.append((begin, one.at + SPAN, n + one.n))
    begin, end, n = max(stretches, key=lambda it: (it[1] - it[0], it[2]), default=(day.since, day.since, 0))
    middle = window.place(begin + (end - begin) / 2)
    if n and 0.05 < middle < 0.45:
        told = f"{n:,} missed in {span((end - begin).total_seconds())}"
        yield text("widest t-mid t-warn plate", percent(middle), 46, told)


def _detail(day: Day) -> str:
    totals: Counter[Status] = Counter()
    for one in day.ended:
        totals[one.status] += one.n
    least = "" if day.ahead.complete else "at least "
    planned = f"{least}{sum(n for _, n in day.ahead.planned):,} planned"
    return f"One column for ten minutes. {counted(totals) or 'Nothing ended'}. {planned}"


def _table(day: Day, times: Times) -> Table:
    hours: dict[datetime, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for one in day.ended:
        hour = hours[one.at.replace(minute=0)]
        place = 0 if one.status is Status.SUCCEEDED else 1 if one.status in UNSUCCESSFUL else 2
        hour[place] += one.n if one.status not in (Status.SKIPPED, Status.CANCELLED) else 0
    for at, n in day.ahead.planned:
        hours[at.replace(minute=0)][3] += n
    rows = [[times.clock(at), *(f"{n:,}" for n in hours[at])] for at in sorted(hours)]
    return Table("Executions by hour", ("Hour from", "Succeeded", "Failed", "Missed", "Planned"), rows)
