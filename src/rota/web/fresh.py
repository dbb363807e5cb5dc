"""What is read at most once a moment, for everybody who asks meanwhile."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from rota.domain.clock import Clock

Read = TypeVar("Read")


class Fresh(Generic[Read]):
    """Keeps what `read` found for some seconds.

    read     asks for it; what it raises is raised to who asks, and nothing is kept
    seconds  for how long it may be shown
    """

    def __init__(self, read: Callable[[], Read], clock: Clock, seconds: float) -> None:
        self.read, self.clock, self.seconds = read, clock, seconds
        self._lock = threading.Lock()
        self._found: tuple[float, Read] | None = None

    def __call__(self) -> Read:
        """It, as it was at most so many seconds ago."""
        with self._lock:
            now = self.clock.monotonic()
            if self._found is None or now - self._found[0] >= self.seconds:
                self._found = (now, self.read())
            return self._found[1]

    def forget(self) -> None:
        """Ask anew next time: something was just changed."""
        with self._lock:
            self._found = None
