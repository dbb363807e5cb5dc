"""Signals that a runner obeys: SIGTERM stops the body it was meant for, SIGUSR1 gives back what has not begun.

A handler runs between any two steps of the main thread, so nothing is raised while that thread stands in `calm`
(it may hold a lock there, or have sent half a message). A signal that arrives after the last such step before a
system call that waits is obeyed only after that call; so the keeper nudges until it sees that it was heard.
"""

import os
import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import FrameType

from rota.executors.page import NUDGE, Page
from rota.sdk import Stopped


class Calm:
    """A stretch of the main thread in which signals wait. It may be entered again inside."""

    def __init__(self) -> None:
        self.depth = 0
        self._waiting: list[Callable[[], None]] = []

    def __enter__(self) -> None:
        self.depth += 1

    def __exit__(self, *_: object) -> None:
        self.depth -= 1
        while not self.depth and self._waiting:
            self._waiting.pop(0)()

    def do(self, deed: Callable[[], None]) -> None:
        """Do it now, or as soon as the main thread is out of its calm."""
        if self.depth:
            self._waiting.append(deed)
        else:
            deed()

    def here(self) -> AbstractContextManager[None]:
        """This, in the main thread; signals never interrupt another one."""
        return self if threading.current_thread() is threading.main_thread() else nullcontext()


class Signals:
    """Which body runs, and what becomes of a stop.

    delivered  the body that was armed last was asked to stop
    cancel     how to stop an async body; None means that `Stopped` is raised
    """

    def __init__(self, page: Page, calm: Calm, give_back: Callable[[], None]) -> None:
        self.delivered = False
        self.cancel: Callable[[], None] | None = None
        self._page = page
        self._calm = calm
        self._give_back = give_back
        self._armed = 0
        self._process = os.getpid()

    def install(self) -> None:
        """Listen."""
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGUSR1, self._on_recall)
        signal.signal(NUDGE, self._on_nudge)

    def expect(self, execution_id: int) -> None:
        """From now on a stop of this execution is taken, and kept until it is armed."""
        self.delivered = False
        self._page.current = execution_id

    def arm(self) -> None:
        """The body begins: a stop interrupts it. Raises Stopped when it was told to stop already."""
        self._armed = self._page.current
        self._stop()

    def disarm(self) -> None:
        """The body has ended: nothing is raised any more."""
        self._armed = 0
        self._page.current = 0

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        self._hear()
        self._calm.do(self._stop)

    def _on_recall(self, number: int, frame: FrameType | None) -> None:
        self._hear()
        self._calm.do(self._give_back)

    def _on_nudge(self, number: int, frame: FrameType | None) -> None:
        # The handlers of the other two have run before this one, be they ours or a body's.
        self._hear()

    def _hear(self) -> None:
        # A child that a body forked has these handlers too, and hears only for itself.
        if os.getpid() == self._process:
            self._page.heard = self._page.asked

    def _stop(self) -> None:
        if not self._armed or self._page.stop != self._armed:
            return
        # Once is enough: whoever catches it is killed when the time for that comes.
        self._armed = 0
        self.delivered = True
        if self.cancel is None:
            raise Stopped("the job was asked to stop")
        self.cancel()
