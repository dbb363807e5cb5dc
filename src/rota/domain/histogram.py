"""Durations in logarithmic buckets: eight to the doubling, so a percentile is right to about five per cent."""

from collections.abc import Mapping
from math import ceil, exp2, log2

PER_DOUBLING = 8


def bucket(milliseconds: float) -> int:
    """The bucket of a duration: 0 up to 1 ms, then eight for every doubling."""
    return 0 if milliseconds <= 1 else ceil(log2(milliseconds) * PER_DOUBLING)


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """The duration in ms that `share` (0 to 1) of all counted ones stay under; None when nothing was counted."""
    total = sum(counts.values())
    if not total:
        return None
    wanted, seen = share * total, 0
    for number in sorted(counts):
        seen += counts[number]
        if seen >= wanted:
            break
    return exp2(number / PER_DOUBLING)
