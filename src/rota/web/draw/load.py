"""How much there was and will be, above the lanes of the timeline: columns of whole tens of minutes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from markupsafe import Markup

from rota.domain.words import milliseconds
from rota.services.activity import Count
from rota.services.load import Ahead, Crowd
from rota.store import activity
from rota.store.activity import SPAN
from rota.web.draw.axis import Window
from rota.web.draw.marks import CLASS, PLAN, TOGETHER, line, percent, rect, svg, text

LOAD_BASE, LOAD_HIGH, LOAD_WORDS = 60.0, 40.0, 12.0
NOW_WIDE, CROWD_WIDE, NARROW_CROWD = 0.13, 0.18, 0.4
"""The shares of the picture that the two words take at most where both are shown; the last where it is narrow."""
TURNED = 0.65
"""A word at a place beyond this share of the picture ends there; it would not fit in after it."""
COARSE = 3
"""How many columns of what is planned are one, as high as the highest, where it is narrow: a thinner one could not be
hollow."""
PAST = ("m-ok", "m-skip", "m-idle", "m-miss", "m-bad")
"""The kinds of what was, from the foot of a column to its top."""


def load(ended: Sequence[Count], ahead: Ahead | None, window: Window, now: datetime) -> Markup:
    """How much there was and will be in each ten minutes (or longer, where the window is), above the lanes."""
    wide = column(window)
    to_come = {} if ahead is None else _sums(ahead.planned, window, wide)
    past = {kind: _sums(_of(kind, ended), window, wide) for kind in PAST}
    heights = [sum(sums.get(at, 0) for sums in past.values()) for at in _columns(past)]
    most = max([*heights, *to_come.values(), 1])
    coarse = _highest(to_come, window, COARSE * wide)
    parts = [
        *_happened(past, window, wide, now, most),
        *_planned("minor", to_come, window, wide, now, most),
        *_planned("major", coarse, window, COARSE * wide, now, most),
        line("m-base", "0", "100%", LOAD_BASE + 0.5, LOAD_BASE + 0.5),
        *now_line(window, now),
        *_words(window, now, ahead.crowd if ahead else None),
    ]
    return svg("", f"Executions in each {milliseconds(wide / timedelta(milliseconds=1))}", parts)


def _of(kind: str, ended: Sequence[Count]) -> Iterator[tuple[datetime, int]]:
    return ((one.at, one.n) for one in ended if CLASS[one.status] == kind)


def _columns(past: Mapping[str, Mapping[datetime, int]]) -> list[datetime]:
    return sorted({at for sums in past.values() for at in sums})


def _happened(
    past: Mapping[str, Mapping[datetime, int]], window: Window, wide: timedelta, now: datetime, most: int
) -> Iterator[Markup]:
    """What was, in columns; what went wrong stands on top, and is seen however little it is."""
    for at in _columns(past):
        x, width = window.bar(at, min(at + wide, now), 0.8)
        y = LOAD_BASE
        for kind in PAST:
            if n := past[kind].get(at, 0):
                height = max(n / most * LOAD_HIGH, 0 if kind == PAST[0] else 2)
                y -= height
                yield rect(kind, x, y, width, height)


def _planned(
    kind: str, sums: Mapping[datetime, int], window: Window, wide: timedelta, now: datetime, most: int
) -> Iterator[Markup]:
    for at, n in sorted(sums.items()):
        (x, width), height = window.bar(max(at, now), at + wide, 0.8), n / most * LOAD_HIGH
        yield rect(f"{PLAN} {kind}", x, LOAD_BASE - height, width, height)


def now_line(window: Window, now: datetime) -> Iterator[Markup]:
    """The line of now, where now lies in the window."""
    if window.holds(now):
        x = window.x(now)
        yield line("m-now", x, x, "0", "100%")


def _words(window: Window, now: datetime, crowd: Crowd | None) -> Iterator[Markup]:
    if crowd and (crowd.jobs < TOGETHER or not window.holds(crowd.at)):
        crowd = None
    yield from _crowd_word(window, now, crowd)
    yield from _now_word(window, now, crowd)


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
        first = begin(at, window, wide)
        highest[first] = max(highest[first], n)
    return highest


def column(window: Window) -> timedelta:
    """The time that one column stands for: whole tens of minutes, as they were counted."""
    return SPAN * max(1, round((window.until - window.since) / SPAN / 144))


def _sums(counts: Iterable[tuple[datetime, int]], window: Window, wide: timedelta) -> dict[datetime, int]:
    sums: dict[datetime, int] = defaultdict(int)
    for at, n in counts:
        if window.since < at + SPAN and at < window.until:
            sums[begin(at, window, wide)] += n
    return sums


def begin(at: datetime, window: Window, wide: timedelta) -> datetime:
    """The begin of the column that an instant lies in; columns begin at whole tens of minutes."""
    first = activity.begin(window.since)
    return first + (at - first) // wide * wide
