"""What a runner tells its agent, in the pipe that is its stdout and stderr, between what bodies print."""

import contextlib
import io
import logging
import os
import select
import sys
import threading
from collections.abc import Callable
from typing import Any

from rota.engine.runner_signals import Calm
from rota.executors.wire import Message, marks_of, sayable

_LEVELS = ((logging.ERROR, "error"), (logging.WARNING, "warning"), (logging.INFO, "info"))
_AT_ONCE = select.PIPE_BUF

LONGEST_ENTRY = 1 << 20
"""Characters of a log entry; what goes beyond is cut off before it is gathered anywhere."""


class Output:
    """The pipe, and the streams `sys.stdout` and `sys.stderr` that lead to it. Threads of bodies use it too."""

    def __init__(self, fd: int, nonce: str, calm: Calm, clock: Callable[[], float]) -> None:
        self._fd = fd
        self._process = os.getpid()
        self._nonce = nonce.encode()
        self._calm = calm
        self._lock = threading.Lock()
        self._clock = clock
        self._outbox: list[Message] = []
        self._out, self._err = _stream(1), _stream(2)
        self._root: tuple[list[logging.Handler], int] | None = None
        self.restore()

    def take_logs(self) -> None:
        """Take what is logged with the standard library, INFO and above, unless the modules have arranged that.

        Called when they are imported; how the root logger is then, so every body finds it.
        """
        root = logging.getLogger()
        if not root.handlers:
            root.addHandler(_Handler(self.log))
            if root.level == logging.WARNING:
                root.setLevel(logging.INFO)
        self._root = list(root.handlers), root.level

    def log(self, level: str, text: str) -> None:
        """One log entry, after all that was printed before it."""
        self._flush()
        if len(text) > LONGEST_ENTRY:
            text = f"{text[:LONGEST_ENTRY]}… {len(text) - LONGEST_ENTRY:,} more characters were cut off"
        said = sayable(text)
        self.say(["log", level, self._clock(), said], from_a_child=said.encode() + b"\n")

    def post(self, message: Message) -> None:
        """Say it together with what comes next. Its texts are sayable."""
        self._outbox.append(message)

    def send(self) -> None:
        """Say what was posted. Raises OSError when the agent is gone."""
        if self._outbox:
            posted, self._outbox = self._outbox, []
            self._write(marks_of(self._nonce, posted))

    def say(self, message: Message, from_a_child: bytes = b"") -> None:
        """Say it now; from any thread. An agent that is gone hears nothing.

        from_a_child  what is printed instead of a long message in a process that a body forked: it shares the
                      pipe, and its parts would mix with ours
        """
        marks = marks_of(self._nonce, sayable(message))
        with contextlib.suppress(BrokenPipeError):
            if self._is_runner:
                self._write(marks)
            else:
                # Without the lock: whoever held it when the child was forked is not here to release it.
                self._write_at_once(marks[0] if len(marks) == 1 else from_a_child)

    @property
    def _is_runner(self) -> bool:
        return os.getpid() == self._process

    def restore(self) -> None:
        """Put streams, descriptors 1 and 2, and the root logger back, whatever a body did to them."""
        self._flush()
        os.dup2(self._fd, 1)
        os.dup2(self._fd, 2)
        if self._out.closed:
            self._out = _stream(1)
        if self._err.closed:
            self._err = _stream(2)
        sys.stdout = sys.__stdout__ = self._out  # type: ignore[misc]
        sys.stderr = sys.__stderr__ = self._err  # type: ignore[misc]
        root = logging.getLogger()
        if self._root is not None and (root.handlers, root.level) != self._root:
            root.handlers[:], level = self._root
            root.setLevel(level)

    def _flush(self) -> None:
        _flush(self._out)
        _flush(self._err)
        if sys.stdout is not self._out:
            _flush(sys.stdout)
        if sys.stderr is not self._err:
            _flush(sys.stderr)

    def _write(self, marks: list[bytes]) -> None:
        """All of it, in pieces that a pipe takes whole or not at all, with no other message in between."""
        with self._calm.here(), self._lock:
            together = b""
            for mark in marks:
                if len(together) + len(mark) > _AT_ONCE:
                    self._write_at_once(together)
                    together = b""
                together += mark
            self._write_at_once(together)

    def _write_at_once(self, data: bytes) -> None:
        while data:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                # A body made the pipe non-blocking (asyncio does that to a stdout it is given).
                select.select([], [self._fd], [])


class _Handler(logging.Handler):
    """Takes what is logged with the standard library."""

    def __init__(self, write: Callable[[str, str], None]) -> None:
        super().__init__()
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        try:
            level = next((word for number, word in _LEVELS if record.levelno >= number), "debug")
            self._write(level, self.format(record))
        except Exception:
            self.handleError(record)


def _stream(fd: int) -> io.TextIOWrapper:
    """Text on a descriptor that stays open when the stream is closed; each line is written at once."""
    raw = io.BufferedWriter(io.FileIO(fd, "w", closefd=False))
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", line_buffering=True)


def _flush(stream: Any) -> None:
    # A body may have put anything there, or closed it.
    try:
        stream.flush()
    except Exception:
        return
