"""The last results of a job as bars: height is duration, colour and shape are the result."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from markupsafe import Markup

from rota.domain.execution import UNSUCCESSFUL, Status
from rota.services.results import Result
from rota.web.draw.marks import CAP, CLASS, counted, rect, svg

BARS = 20
STEP, WIDTH, BASE = 6.5, 5, 24.0
LOWEST, HIGHEST = 4.0, 18.0


def spark(results: Sequence[Result], now: datetime) -> Markup:
    """At most the last twenty, the newest at the right end. results: oldest first"""
    shown = results[-BARS:]
    lengths = [_length(one, now) for one in shown]
    longest = max((ms for ms in lengths if ms is not None), default=0) or 1
    label = f"Last {len(shown)}: {counted(Counter(one.status for one in shown))}" if shown else "Never ran"
    first = BARS - len(shown)
    bars = (
        bar
        for place, (one, ms) in enumerate(zip(shown, lengths, strict=True))
        for bar in _bar(one.status, (first + place) * STEP, None if ms is None else ms / longest)
    )
    return svg("spark", label, bars)


def _length(result: Result, now: datetime) -> float | None:
    if result.duration_ms is None and result.status is Status.RUNNING and result.started_at is not None:
        return max(0.0, (now - result.started_at).total_seconds() * 1000)
    return result.duration_ms


def _bar(status: Status, x: float, share: float | None) -> Iterator[Markup]:
    """share: of the longest one; None: it has no duration"""
    kind, at, width = CLASS[status], f"{x:g}", f"{WIDTH}"
    if status is Status.SKIPPED:
        yield rect(kind, at, BASE - 2, width, 2)
        return
    if status is Status.MISSED:
        yield rect(kind, f"{x + 0.5:g}", BASE - 15.5, f"{WIDTH - 1}", 15, rx=1)
        return
    height = round(LOWEST + (HIGHEST - LOWEST) * (share or 0))
    yield rect(kind, at, BASE - height, width, height, rx=1)
    if status in UNSUCCESSFUL:
        yield rect(kind, at, BASE - height - CAP - 1.5, width, CAP)
