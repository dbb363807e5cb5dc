"""What got worse since the ratios were recorded, in words."""

from collections.abc import Mapping, Sequence

from bench.figure import Ratio

TOLERATED = 0.75
"""Worse by more than a quarter is told."""


def changes(name: str, recorded: Mapping[str, float], found: Sequence[Ratio]) -> list[str]:
    """A sentence for each ratio that is worse by more than a quarter, or that is no longer measured."""
    now = {one.what: one.value for one in found}
    told = []
    for what, before in recorded.items():
        if what not in now:
            told.append(f"{name}: {what} was recorded as {_number(before)} and was not measured this time")
        elif now[what] < before * TOLERATED:
            worse = 1 - now[what] / before
            told.append(
                f"{name}: {what} got worse by {worse:.0%}: {_number(now[what])}, recorded was {_number(before)}"
            )
    return told


def verdict(told: Sequence[str], compared: int) -> str:
    """All of it in one paragraph."""
    if not compared:
        return "nothing was compared: no ratio of these comparisons is recorded; `make bench ARGS=--record` does it"
    if not told:
        return f"none of {compared} ratios is worse by more than a quarter than recorded"
    return "\n".join([f"{len(told)} of {compared} ratios, worse by more than a quarter or missing:", *told])


def _number(value: float) -> str:
    return f"{value:.3g}"
