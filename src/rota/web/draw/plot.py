"""How long the executions of a job took, one bar each, with what is usual as lines."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from markupsafe import Markup

from rota.domain.execution import UNSUCCESSFUL, Status
from rota.domain.words import milliseconds
from rota.services.results import Result, Usual
from rota.web.draw.marks import CAP, CLASS, Drawing, Table, line, percent, rect, svg, text
from rota.web.times import Times

LEFT = 0.06
TOP, BASE, FEET = 16.0, 150.0, 167.0
LEAST = 2.0
TURNED = 0.86
ROUND = (
    *(digit * 10**power for power in range(4) for digit in (1, 2, 5)), 10_000, 15_000, 30_000, 60_000, 120_000,
    300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000, 86_400_000, 864_000_000,
)  # fmt: skip
"""Milliseconds between two lines of the grid."""


def durations(results: Sequence[Result], usual: Usual, times: Times, zone: str) -> Drawing:
    """The chart of a job's last executions, oldest first. zone: the job's"""
    longest = max([one.duration_ms or 0 for one in results] + [usual.p95_ms or 0, 1]) * 1.05
    grid = list(_grid(longest))
    parts: list[Markup] = [across for across, _ in grid]
    width = (1 - LEFT) / max(len(results), 20)
    for place, one in enumerate(results):
        parts += _bar(one, LEFT + place * width, width * 0.7, longest, f"{times.clock(one.at, zone)}")
    for kind, ms in (("m-p50", usual.p50_ms), ("m-p95", usual.p95_ms)):
        if ms:
            parts.append(line(kind, percent(LEFT), "100%", _y(ms, longest), _y(ms, longest)))
    parts.append(line("m-base", "0", "100%", BASE + 0.5, BASE + 0.5))
    # Over the bars, which leave no room for them where it is narrow.
    parts += [*(word for _, word in grid), *_feet(results, width, times, zone)]
    label = f"Duration of the last {len(results)} executions" if results else "No execution yet"
    return Drawing(svg("plot duration", label, parts, _detail(usual)), _table(results, times, zone))


def _y(ms: float, longest: float) -> float:
    return BASE - (BASE - TOP) * ms / longest


def _grid(longest: float) -> Iterator[tuple[Markup, Markup]]:
    """Lines, and what is written at each."""
    step = next((one for one in ROUND if longest / one <= 4), ROUND[-1])
    for number in range(1, int(longest // step) + 1):
        y = _y(number * step, longest)
        yield line("m-grid", "0", "100%", y, y), text("plate", "0", y - 4, milliseconds(number * step))


def _bar(one: Result, x: float, width: float, longest: float, when: str) -> Iterator[Markup]:
    kind, at, wide = CLASS[one.status], percent(x), percent(width)
    word = one.status.value.replace("_", " ")
    if one.duration_ms is None:
        height = (BASE - TOP) / 2 if one.status is Status.MISSED else LEAST
        yield rect(kind, at, BASE - height, wide, height, rx=1, title=f"{when}: {word}")
        return
    y = min(_y(one.duration_ms, longest), BASE - LEAST)
    joined = "after" if one.status in UNSUCCESSFUL else "in"
    yield rect(
        kind, at, y, wide, BASE - y, rx=1, title=f"{when}: {word} {joined} {milliseconds(one.duration_ms)}"
    )
    if one.status in UNSUCCESSFUL:
        yield rect(kind, at, y - 5, wide, CAP + 0.5)


def _feet(results: Sequence[Result], width: float, times: Times, zone: str) -> Iterator[Markup]:
    """The time of every fourth part of them, as the day or, where all are of one day, the hour."""
    if not results:
        return
    is_short = results[-1].at - results[0].at < timedelta(hours=36)
    step = max(1, len(results) // 4)
    for place in range(0, len(results), step):
        local = times.local(results[place].at, zone)
        words = f"{local:%H:%M}" if is_short else f"{local.day} {local:%b}"
        x, kind = LEFT + place * width, "" if place % (step * 2) == 0 else "minor"
        # Near the edge the words end with their bar, so that they do not leave the picture.
        if x < TURNED:
            yield text(kind, percent(x), FEET, words)
        else:
            yield text(f"{kind} t-end".strip(), percent(x + width * 0.7), FEET, words)


def _detail(usual: Usual) -> str | None:
    if usual.p50_ms is None or usual.p95_ms is None:
        return None
    return (
        f"Half end within {milliseconds(usual.p50_ms)}, 95 of a hundred within {milliseconds(usual.p95_ms)}"
    )


def _table(results: Sequence[Result], times: Times, zone: str) -> Table:
    rows = [
        [times.clock(one.at, zone), one.status.value.replace("_", " "), milliseconds(one.duration_ms)]
        for one in reversed(results)
    ]
    return Table("The last executions and how long they took", ("Started", "Result", "Duration"), rows)
