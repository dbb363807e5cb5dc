"""The process as each body finds it, and what a body left behind in it.

Put back after each body: working directory, sys.stdout and sys.stderr, descriptors 1 and 2, the root logger's
handler, signal handlers, the alarm clock. Not put back: environment variables, umask, threads, imported modules
and all that lives in them, resource limits, open files.
"""

import os
import signal
import sys
import time

# Without the enum that the public function makes of each answer, which takes ten times as long.
from _signal import getsignal as _getsignal  # type: ignore[import-not-found]

from rota.engine.runner_output import Output
from rota.executors.page import NUDGE
from rota.executors.tree import descendants

_GRACE = 0.1
_WATCHED = (
    signal.SIGTERM,
    signal.SIGUSR1,
    signal.SIGINT,
    signal.SIGHUP,
    signal.SIGCHLD,
    signal.SIGPIPE,
    signal.SIGALRM,
    NUDGE,
)


class Stage:
    """Made when the modules are imported: what they did is how it shall be."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._folder = os.open(".", os.O_RDONLY | os.O_CLOEXEC)
        self._handlers = {number: _getsignal(number) for number in _WATCHED}
        self._belonging = set(descendants(os.getpid()))

    def reset(self) -> None:
        """Put back what can be put back."""
        os.fchdir(self._folder)
        self._output.restore()
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in self._handlers.items():
            if _getsignal(number) != handler:
                signal.signal(number, handler)

    def leftovers(self) -> list[int]:
        """The processes that the body started and that are alive, also a moment later. Its dead ones are buried."""
        alive = self._alive()
        deadline = time.monotonic() + _GRACE if alive else 0.0
        while alive and time.monotonic() < deadline:
            time.sleep(0.005)
            alive = self._alive()
        return alive

    def _alive(self) -> list[int]:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return []
        belonging = self._belonging | _helpers()
        return [pid for pid in descendants(os.getpid()) if pid not in belonging]


def _helpers() -> set[int]:
    """The process that multiprocessing keeps for as long as its program lives; no body means to start it."""
    module = sys.modules.get("multiprocessing.resource_tracker")
    tracker = getattr(module, "_resource_tracker", None)
    return {pid} if (pid := getattr(tracker, "_pid", None)) else set()
