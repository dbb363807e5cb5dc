"""How fast tasks have been lately: only what is known to be quick is handed out several at a time."""

from collections import deque
from math import ceil

LINE = 1000
"""The room in the line before one runner, in parts: the most quick executions that it may have before it."""

PART = 0.5
"""Milliseconds of work that one part stands for: a full line is done with in half a second."""

QUICK = 10
"""Milliseconds: what takes longer has a runner to itself."""

RECENT = 20


class Pace:
    """The recent durations of each task: those that this node ran, and the last before it began.

    Of a task that never ran it is thought as of those that were new before it: a new database with hundreds of quick
    jobs would otherwise take them one a runner and round. One that turns out to be slow keeps nobody waiting for
    long: what was to run after it is called back.
    """

    def __init__(self) -> None:
        self._recent: dict[str, deque[float]] = {}
        self._weights: dict[str, int] = {}
        self._first: deque[float] = deque(maxlen=RECENT)

    def saw(self, task: str, duration_ms: float) -> None:
        """A run of `task` took so long."""
        if task not in self._recent:
            self._first.append(duration_ms)
        recent = self._recent.setdefault(task, deque(maxlen=RECENT))
        is_news = len(recent) < RECENT or recent[0] != duration_ms
        recent.append(duration_ms)
        if is_news:
            self._weights[task] = _weight(recent)

    def weight(self, task: str) -> int:
        """How many parts of a runner's line one execution takes: all of it when it is not known to be quick.

        By the 95th percentile of its recent runs, which is under 10 ms, or of as many first runs of other tasks.
        """
        known = self._weights.get(task)
        if known is not None:
            return known
        return _weight(self._first) if len(self._first) == RECENT else LINE


def _weight(recent: deque[float]) -> int:
    slowest = sorted(recent)[-1 - len(recent) // RECENT]
    return LINE if slowest >= QUICK else max(1, ceil(slowest / PART))
