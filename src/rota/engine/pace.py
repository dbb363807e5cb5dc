"""How fast tasks have been lately: only what is known to be quick is handed out several at a time."""

from collections import deque
from datetime import timedelta

QUICK = timedelta(milliseconds=10)
RECENT = 20


class Pace:
    """The recent durations of each task: those that this node ran, and the last before it began."""

    def __init__(self) -> None:
        self._slow: dict[str, deque[bool]] = {}

    def saw(self, task: str, duration_ms: float) -> None:
        """A run of `task` took so long."""
        recent = self._slow.setdefault(task, deque(maxlen=RECENT))
        recent.append(duration_ms >= QUICK.total_seconds() * 1000)

    def is_quick(self, task: str) -> bool:
        """Whether the 95th percentile of its recent runs is under 10 ms. A task that never ran is not quick."""
        recent = self._slow.get(task)
        return recent is not None and sum(recent) <= len(recent) // RECENT
