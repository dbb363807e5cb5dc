"""The agent's process as its parent sees it: started, poked, started again when it died, ended."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence

import structlog

from rota.domain.clock import Clock

POKE, END, END_NOW = b"p", b"e", b"n"
"""What a parent writes to its agent: there is work; end when what runs is over; end now."""

RESTART = (0.0, 0.0, 1.0, 5.0, 15.0, 30.0)
"""Seconds before an agent that died is started again, by how often that happened lately."""

CALM = 60.0

log = structlog.get_logger("rota.scheduler")


class AgentProcess:
    """Starts `command` with a pipe to it; when that pipe closes, the agent ends and all below it.

    patience  seconds that it may take to end
    """

    def __init__(self, command: Sequence[str], charge: bytes, clock: Clock, patience: float) -> None:
        self.command, self.charge, self.clock, self.patience = tuple(command), charge, clock, patience
        self._process: subprocess.Popen[bytes] | None = None
        self._failures = 0
        self._started_at = float("-inf")
        self._ending = False

    @property
    def pid(self) -> int | None:
        """The process, None when it does not live."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start it, with its charge as the first line of its input."""
        # A terminal sends SIGINT to the whole group: until the agent minds it, it must not end it in mid-import.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._process = subprocess.Popen(self.command, stdin=subprocess.PIPE, bufsize=0)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self._started_at = self.clock.monotonic()
        self._write(self.charge + b"\n")
        assert self._process.stdin is not None
        # A frozen agent may not hold up its parent: once the pipe is full of pokes, one more says nothing new.
        os.set_blocking(self._process.stdin.fileno(), False)

    def poke(self) -> None:
        """There is work."""
        self._write(POKE)

    def keep_up(self) -> None:
        """Start it again when it died, unless it was told to end."""
        if self._ending or self._process is None or self._process.poll() is None:
            return
        lived = self.clock.monotonic() - self._started_at
        self._failures = 0 if lived > CALM else self._failures
        if lived < RESTART[min(self._failures, len(RESTART) - 1)]:
            return
        log.warning("the agent ended; it is started again", exit_code=self._process.returncode)
        self._failures += 1
        self._close()
        self.start()

    def stop(self, *, at_once: bool) -> None:
        """End it, and wait until it has; it is killed when it takes too long."""
        self._ending = True
        if self._process is None:
            return
        self._tell(END_NOW if at_once else END)
        try:
            self._process.wait(self.patience)
        except subprocess.TimeoutExpired:
            log.error("the agent did not end in time and is killed", pid=self._process.pid)
            self._process.kill()
            self._process.wait()
        self._close()

    def hurry(self) -> None:
        """Do not wait any longer for what runs."""
        self._tell(END_NOW)

    def _tell(self, word: bytes) -> None:
        """Say it; an agent whose pipe is full is told by the end of its input."""
        if not self._write(word):
            self._close()

    def _write(self, data: bytes) -> bool:
        """Returns whether it went into the pipe."""
        with contextlib.suppress(OSError, ValueError):
            if self._process is not None and self._process.stdin is not None:
                return bool(self._process.stdin.write(data))
        return False

    def _close(self) -> None:
        with contextlib.suppress(OSError):
            if self._process is not None and self._process.stdin is not None:
                self._process.stdin.close()
