"""How fast tasks have been lately: only what is known to be quick is handed out several at a time."""

from collections import deque
from datetime import timedelta

QUICK = timedelta(milliseconds=10)
RECENT = 20


class Pace:
    """The recent durations of each task: those that this node ran, and the last before it began.

    Of a task that never ran it is thought as of those that were new before it: a new database with hundreds of quick
    jobs would otherwise take them one a runner and round. One that turns out to be slow keeps nobody waiting for
    long: what was to run after it is called back.
    """

    def __init__(self) -> None:
        self._slow: dict[str, deque[bool]] = {}
        self._first: deque[bool] = deque(maxlen=RECENT)

    def saw(self, task: str, duration_ms: float) -> None:
        """A run of `task` took so long."""
        is_slow = duration_ms >= QUICK.total_seconds() * 1000
        if task not in self._slow:
            self._first.append(is_slow)
        self._slow.setdefault(task, deque(maxlen=RECENT)).append(is_slow)

    def is_quick(self, task: str) -> bool:
        """Whether the 95th percentile of its recent runs is under 10 ms, or of as many first runs of other tasks."""
        recent = self._slow.get(task)
        if recent is None:
            return len(self._first) == RECENT and sum(self._first) <= 1
        return sum(recent) <= len(recent) // RECENT
