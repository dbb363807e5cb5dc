"""The lanes of the timeline: one job or node each, what happened, what runs, what is planned."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from markupsafe import Markup

from rota.domain.execution import UNSUCCESSFUL, Status
from rota.domain.words import milliseconds
from rota.services.activity import Count, Lane
from rota.services.results import Result
from rota.web.draw.axis import Window
from rota.web.draw.load import begin, column, now_line
from rota.web.draw.marks import CLASS, PLAN, counted, percent, rect, svg, text

TOP, HEIGHT, CAP_TOP, CAP = 8, 12, 3, 3
NARROWEST = 0.0022
"""Width of the smallest mark, as a share of the lane."""
HOUR = timedelta(hours=1)
WORST = (*UNSUCCESSFUL, Status.MISSED, Status.RUNNING, Status.QUEUED, Status.SUBMITTED, Status.CANCELLED,
         Status.SKIPPED, Status.SUCCEEDED)  # fmt: skip
"""Of marks that would lie upon one another the first of these is shown."""


def lane(of: Lane, window: Window, now: datetime, usual_ms: float | None = None) -> Markup:
    """A job's lane. usual_ms: how long its planned executions probably take"""
    marks = _hours(of, window, now) if of.hours else _results(of.results, window, now)
    label = f"{of.job.name}: {counted(of.totals) or 'nothing yet'}, {of.planned:,} planned"
    return svg("", label, [window.grid, *marks, *_planned(of, window, now, usual_ms), *now_line(window, now)])


def node_lane(name: str, counts: Sequence[Count], window: Window, now: datetime) -> Markup:
    """A node's lane: how much ended on it in each ten minutes (or longer, where the window is); higher is more."""
    wide = column(window)
    spans: dict[datetime, dict[Status, int]] = defaultdict(dict)
    totals: dict[Status, int] = defaultdict(int)
    for one in counts:
        at = begin(one.at, window, wide)
        spans[at][one.status] = spans[at].get(one.status, 0) + one.n
        totals[one.status] += one.n
    most = max((sum(one.values()) for one in spans.values()), default=1)
    marks = (mark for at, one in sorted(spans.items()) for mark in _column(at, one, window, most, wide))
    label = f"{name}: {counted(totals) or 'nothing'}"
    return svg("", label, [window.grid, *marks, *now_line(window, now)])


def _column(
    at: datetime, counts: dict[Status, int], window: Window, most: int, wide: timedelta
) -> Iterator[Markup]:
    x, width = window.bar(at, at + wide, 0.8)
    n, failed = sum(counts.values()), sum(counts.get(status, 0) for status in UNSUCCESSFUL)
    height = max(2.0, n / most * 22)
    yield rect("m-ok", x, 26 - height, width, height, title=f"{window.times.clock(at)}: {counted(counts)}")
    if failed:
        yield rect("m-bad", x, max(0.0, 26 - height - CAP - 1), width, CAP)


def axis(window: Window) -> Markup:
    """The hours under the lanes."""
    words = Markup("").join(
        text(tick.anchor + (" minor" if tick.is_minor else ""), percent(tick.place), 16, tick.words)
        for tick in window.ticks
    )
    return Markup('<svg aria-hidden="true">{}</svg>').format(words)


def _results(results: Sequence[Result], window: Window, now: datetime) -> Iterator[Markup]:
    """The executions; several that would lie upon one another are one mark, of the worst of them."""
    first, pending = 0.0, list[Result]()
    for one in sorted(results, key=lambda one: one.at):
        place = window.place(one.at)
        if pending and place - first > NARROWEST * 0.9:
            yield from _mark(pending, window, now)
            pending = []
        first = first if pending else place
        pending.append(one)
    if pending:
        yield from _mark(pending, window, now)


def _mark(some: Sequence[Result], window: Window, now: datetime) -> Iterator[Markup]:
    worst = min(some, key=lambda one: WORST.index(one.status))
    first, last = some[0], max(some, key=lambda one: one.ended_at or now)
    x, width = min(window.place(first.at), 1 - NARROWEST), NARROWEST
    if any(one.started_at for one in some):
        width = max(NARROWEST, window.place(last.ended_at or now) - x)
    kind, shape = CLASS[worst.status], {"x": percent(x), "width": percent(width)}
    round_ = 2 if width > NARROWEST * 2 else 1
    yield rect(kind, shape["x"], TOP, shape["width"], HEIGHT, rx=round_, title=_told(some, worst, window))
    if worst.status in UNSUCCESSFUL:
        yield rect(kind, shape["x"], CAP_TOP, shape["width"], CAP)


def _told(some: Sequence[Result], worst: Result, window: Window) -> str:
    when = window.times.clock(some[0].at, window.zone)
    if len(some) > 1:
        totals: dict[Status, int] = defaultdict(int)
        for one in some:
            totals[one.status] += 1
        return f"{when}: {counted(totals)}"
    took = f", {milliseconds(worst.duration_ms)}" if worst.duration_ms is not None else ""
    return f"{when}: {worst.status.value.replace('_', ' ')}{took}"


def _hours(of: Lane, window: Window, now: datetime) -> Iterator[Markup]:
    """What it did in each hour, as far as the hour has passed and the job was there."""
    hours: dict[datetime, dict[Status, int]] = defaultdict(dict)
    for one in of.hours:
        hours[one.at][one.status] = hours[one.at].get(one.status, 0) + one.n
    for at, counts in sorted(hours.items()):
        worst = min(counts, key=WORST.index)
        kind = CLASS[worst]
        told = f"{window.times.clock(at, window.zone)}, in an hour: {counted(counts)}"
        x, width = window.bar(max(at, of.job.created_at or at), min(at + HOUR, now), 0.94)
        yield rect("m-ok", x, TOP, width, HEIGHT, rx=2, title=told)
        if worst in UNSUCCESSFUL:
            yield rect(kind, x, CAP_TOP, width, CAP)


def _planned(of: Lane, window: Window, now: datetime, usual_ms: float | None) -> Iterator[Markup]:
    if of.planned and not of.fires:
        first = window.place(max(now, window.since)) + 0.0035
        yield rect("m-band", percent(first), TOP, percent(1 - first - 0.0015), HEIGHT, rx=3)
        if first < 0.8:
            yield text("inband t-mid", percent((first + 1) / 2), 18, f"{of.planned:,} planned")
        return
    width = max(0.005, timedelta(milliseconds=usual_ms or 0) / (window.until - window.since))
    for at in of.fires:
        told = f"{window.times.clock(at, window.zone)}: planned"
        place = window.place(at)
        yield rect(PLAN, percent(place), TOP, percent(min(width, 1 - place)), HEIGHT, rx=2, title=told)
