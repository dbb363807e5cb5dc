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

TERMINAL = {signal.SIGINT, signal.SIGHUP}
"""What a terminal sends to all that was started from it: Ctrl-C, and that it was closed."""

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
        self._end_by: float | None = None

    @property
    def pid(self) -> int | None:
        """The process, None when it does not live."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start it, with its charge as the first line of its input."""
        # Until the agent minds them, they must not end it in mid-import.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, TERMINAL)
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

    def successor(self) -> "AgentProcess":
        """Another one like it, not started yet, to take over from it."""
        return AgentProcess(self.command, self.charge, self.clock, self.patience)

    def keep_up(self) -> None:
        """Start it again when it died; one that was told to end is killed when it takes too long."""
        if self._process is None:
            return
        if self._end_by is not None:
            if self.clock.monotonic() > self._end_by and self.pid is not None:
                self._kill(self._process)
        elif self._process.poll() is not None:
            self._start_again(self._process.returncode)

    def _start_again(self, exit_code: int) -> None:
        lived = self.clock.monotonic() - self._started_at
        self._failures = 0 if lived > CALM else self._failures
        if lived < RESTART[min(self._failures, len(RESTART) - 1)]:
            return
        log.warning("the agent ended; it is started again", exit_code=exit_code)
        self._failures += 1
        self._close()
        self.start()

    def dismiss(self, *, at_once: bool = False) -> None:
        """Tell it to end: when what runs is over, or at once. Nobody waits for it."""
        if self._end_by is None or at_once:
            self._tell(END_NOW if at_once else END)
        if self._end_by is None:
            self._end_by = self.clock.monotonic() + self.patience

    def stop(self, *, at_once: bool) -> None:
        """End it, and wait until it has; it is killed when it takes too long."""
        self.dismiss(at_once=at_once)
        if self._process is None:
            return
        try:
            self._process.wait(self.patience)
        except subprocess.TimeoutExpired:
            self._kill(self._process)
        self._close()

    def _kill(self, process: "subprocess.Popen[bytes]") -> None:
        log.error("the agent did not end in time and is killed", pid=process.pid)
        process.kill()
        process.wait()

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
