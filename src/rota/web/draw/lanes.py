"""The lanes of the timeline: one job or node each, what happened, what runs, what is planned."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from markupsafe import Markup

from rota.domain.execution import UNSUCCESSFUL, Status
from rota.domain.words import milliseconds
from rota.services.activity import Count, Lane
from rota.services.load import Ahead, Crowd
from rota.services.results import Result
from rota.web.draw.axis import Window
from rota.web.draw.marks import CLASS, PLAN, TOGETHER, counted, line, percent, rect, svg, text

TOP, HEIGHT, CAP_TOP, CAP = 8, 12, 3, 3
NARROWEST = 0.0022
"""Width of the smallest mark, as a share of the lane."""
LOAD_BASE, LOAD_HIGH, LOAD_WORDS = 60.0, 40.0, 12.0
NOW_WIDE, CROWD_WIDE, NARROW_CROWD = 0.13, 0.18, 0.4
"""The shares of the picture that the two words take at most where both are shown; the last where it is narrow."""
TURNED = 0.65
"""A word at a place beyond this share of the picture ends there; it would not fit in after it."""
SPAN = timedelta(minutes=10)
COARSE = 3
"""How many columns of what is planned are one, as high as the highest, where it is narrow: a thinner one could not be
hollow."""
HOUR = timedelta(hours=1)
WORST = (*UNSUCCESSFUL, Status.MISSED, Status.RUNNING, Status.QUEUED, Status.SUBMITTED, Status.CANCELLED,
         Status.SKIPPED, Status.SUCCEEDED)  # fmt: skip
"""Of marks that would lie upon one another the first of these is shown."""


def lane(of: Lane, window: Window, now: datetime, usual_ms: float | None = None) -> Markup:
    """A job's lane. usual_ms: how long its planned executions probably take"""
    marks = _hours(of, window) if of.hours else _results(of.results, window, now)
    label = f"{of.job.name}: {counted(of.totals) or 'nothing yet'}, {of.planned:,} planned"
    return svg("", label, [window.grid, *marks, *_planned(of, window, now, usual_ms), *_now(window, now)])


def node_lane(name: str, counts: Sequence[Count], window: Window, now: datetime) -> Markup:
    """A node's lane: how much ended on it in each ten minutes (or longer, where the window is); higher is more."""
    wide = _wide(window)
    spans: dict[datetime, dict[Status, int]] = defaultdict(dict)
    totals: dict[Status, int] = defaultdict(int)
    for one in counts:
        at = window.since + (one.at - window.since) // wide * wide
        spans[at][one.status] = spans[at].get(one.status, 0) + one.n
        totals[one.status] += one.n
    most = max((sum(one.values()) for one in spans.values()), default=1)
    marks = (mark for at, one in sorted(spans.items()) for mark in _column(at, one, window, most, wide))
    label = f"{name}: {counted(totals) or 'nothing'}"
    return svg("", label, [window.grid, *marks, *_now(window, now)])


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


def load(ended: Sequence[Count], ahead: Ahead | None, window: Window, now: datetime) -> Markup:
    """How much there was and will be in each ten minutes (or longer, where the window is), above the lanes."""
    wide = _wide(window)
    past, to_come = _sums(((one.at, one.n) for one in ended), window, wide), dict[datetime, int]()
    if ahead is not None:
        to_come = _sums(ahead.planned, window, wide)
    most = max([*past.values(), *to_come.values(), 1])
    bars = [
        _bar(kind, window.bar(at, min(at + wide, end), 0.8), n / most * LOAD_HIGH)
        for kind, sums, end in (("m-ok", past, now), (f"{PLAN} minor", to_come, window.until))
        for at, n in sorted(sums.items())
    ]
    bars += [
        _bar(f"{PLAN} major", window.bar(max(at, now), at + COARSE * wide, 0.8), n / most * LOAD_HIGH)
        for at, n in _highest(to_come, window, COARSE * wide).items()
    ]
    crowd = ahead.crowd if ahead else None
    if crowd and (crowd.jobs < TOGETHER or not window.holds(crowd.at)):
        crowd = None
    base = line("m-base", "0", "100%", LOAD_BASE + 0.5, LOAD_BASE + 0.5)
    return svg(
        "",
        f"Executions in each {milliseconds(wide / timedelta(milliseconds=1))}",
        [*bars, base, *_now(window, now), *_crowd_word(window, now, crowd), *_now_word(window, now, crowd)],
    )


def _crowd_word(window: Window, now: datetime, crowd: Crowd | None) -> Iterator[Markup]:
    """What starts together, at its time; only the time where the words would lie upon now for lack of room."""
    if crowd is not None:
        told = f"{window.times.hour(crowd.at)} · {crowd.jobs:,} together"
        place = window.place(crowd.at)
        kind, aside = ("t-warn plate", 0.006) if place < TURNED else ("t-warn plate t-end", -0.006)
        crosses = window.holds(now) and place >= TURNED and place - window.place(now) < NARROW_CROWD
        kind += " widest" if crosses else ""
        yield line("m-crowd", percent(place), percent(place), 0, LOAD_BASE)
        yield text(kind, percent(place + aside), LOAD_WORDS, told)


def _now_word(window: Window, now: datetime, crowd: Crowd | None) -> Iterator[Markup]:
    """The time beside the line of now, left of it where there is room; none where the crowd's word stands there."""
    if not window.holds(now):
        return
    place = window.place(now)
    is_left = place > NOW_WIDE
    ends = place if is_left else place + NOW_WIDE
    if crowd is not None:
        ahead = window.place(crowd.at)
        if (ahead if ahead < TURNED else ahead - CROWD_WIDE) < ends:
            return
    told = f"now {window.times.local(now):%H:%M} {window.times.clock(now).split(' ')[-1]}"
    x = percent(place + (-0.006 if is_left else 0.006))
    yield text("t-now minor t-end" if is_left else "t-now minor", x, LOAD_WORDS, told)


def _highest(sums: Mapping[datetime, int], window: Window, wide: timedelta) -> dict[datetime, int]:
    highest: dict[datetime, int] = defaultdict(int)
    for at, n in sums.items():
        first = at - (at - window.since) % wide
        highest[first] = max(highest[first], n)
    return highest


def _bar(kind: str, place: tuple[str, str], height: float) -> Markup:
    return rect(kind, place[0], LOAD_BASE - height, place[1], height)


def _wide(window: Window) -> timedelta:
    """The time that one column stands for: whole tens of minutes, as they were counted."""
    return SPAN * max(1, round((window.until - window.since) / SPAN / 144))


def _sums(counts: Iterable[tuple[datetime, int]], window: Window, wide: timedelta) -> dict[datetime, int]:
    sums: dict[datetime, int] = defaultdict(int)
    for at, n in counts:
        if window.holds(at):
            sums[window.since + (at - window.since) // wide * wide] += n
    return sums


def _now(window: Window, now: datetime) -> Iterator[Markup]:
    if window.holds(now):
        x = window.x(now)
        yield line("m-now", x, x, "0", "100%")


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


def _hours(of: Lane, window: Window) -> Iterator[Markup]:
    hours: dict[datetime, dict[Status, int]] = defaultdict(dict)
    for one in of.hours:
        hours[one.at][one.status] = hours[one.at].get(one.status, 0) + one.n
    for at, counts in sorted(hours.items()):
        worst = min(counts, key=WORST.index)
        kind = CLASS[worst]
        told = f"{window.times.clock(at, window.zone)}, in an hour: {counted(counts)}"
        x, width = window.bar(at, at + HOUR, 0.94)
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
