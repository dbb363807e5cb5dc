"""What an agent listens to: its runners' descriptors, and a pipe that wakes it."""

import contextlib
import os
import selectors
import time
from collections.abc import Iterable

from rota.executors.local import LocalRunner


class Watch:
    """Waits until a runner tells something or somebody calls `wake`."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._reading, False)
        os.set_blocking(self._writing, False)
        self._selector.register(self._reading, selectors.EVENT_READ)
        self._known: dict[LocalRunner, tuple[int, ...]] = {}
        self._sending: dict[LocalRunner, int] = {}

    def wake(self) -> None:
        """End the wait. Safe from any thread and from a signal handler, and after the end."""
        # Full of wake-ups already, or nobody waits any more.
        with contextlib.suppress(BlockingIOError, BrokenPipeError):
            os.write(self._writing, b"!")

    def follow(self, runners: Iterable[LocalRunner]) -> None:
        """Listen to these; where something waits to be sent, for room to send it too."""
        for runner in runners:
            if runner not in self._known:
                self._known[runner] = runner.filenos()
                for fd in self._known[runner]:
                    self._selector.register(fd, selectors.EVENT_READ)
            if runner.wants_write != (runner in self._sending):
                self._mind_sending(runner)

    def _mind_sending(self, runner: LocalRunner) -> None:
        if runner.wants_write:
            self._sending[runner] = runner.control_fd
            self._selector.register(runner.control_fd, selectors.EVENT_WRITE)
        else:
            self._selector.unregister(self._sending.pop(runner))

    def forget(self, runner: LocalRunner) -> None:
        """The runner is dead and its descriptors are closed."""
        sending = (self._sending.pop(runner),) if runner in self._sending else ()
        for fd in (*self._known.pop(runner, ()), *sending):
            self._selector.unregister(fd)

    def wait(self, seconds: float, gather: float = 0.0) -> None:
        """Wait at most so long; once something is there, `gather` seconds more, so that much is heard at once."""
        for key, _ in self._selector.select(max(0.0, seconds)):
            if key.fd == self._reading:
                os.read(self._reading, 65_536)
        if gather:
            time.sleep(gather)

    def close(self) -> None:
        """Stop listening. The writing end stays: whoever writes to it later must not meet another's descriptor."""
        self._selector.close()
        os.close(self._reading)
