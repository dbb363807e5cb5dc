"""The output of one runner: what its bodies print, parted by execution, and its messages in their place."""

import os
from datetime import UTC, datetime

from rota.executors.capture import Capture
from rota.executors.wire import Marks, Message

_MOST_AT_ONCE = 16
_PIECE = 1 << 20
_OUTSIDE_BYTES = 4096


class Stream:
    """Reads the pipe that is stdout and stderr of a runner and of all that its bodies start.

    outside  the end of what was printed while no body could
    current  what was printed since the last end of a body, if anything
    is_open  whether more can come
    """

    def __init__(self, fd: int, nonce: bytes) -> None:
        self.outside = b""
        self.current: Capture | None = None
        self.is_open = True
        self._fd = fd
        self._marks = Marks(nonce)
        self._said_hello = False

    def read(self, now: datetime, *, all_of_it: bool = False) -> list[tuple[Message, Capture | None]]:
        """The messages that are there, never waiting; with the end of a body goes what it printed.

        At most 16 pieces are read, unless `all_of_it` is wanted.
        """
        messages: list[tuple[Message, Capture | None]] = []
        rounds = 0
        while self.is_open and (all_of_it or rounds < _MOST_AT_ONCE):
            try:
                data = os.read(self._fd, _PIECE)
            except BlockingIOError:
                break
            self.is_open = bool(data)
            for part in self._marks.feed(data):
                if isinstance(part, bytes):
                    self._print(part, now)
                elif part[0] == "log":
                    self._log(part)
                else:
                    messages.append((part, self._capture_of(part)))
            rounds += 1
        return messages

    def break_off(self, now: datetime) -> Capture | None:
        """What a body printed that will never end, because its runner died."""
        if rest := self._marks.finish():
            self._print(rest, now)
        current, self.current = self.current, None
        return current

    def _capture_of(self, message: Message) -> Capture | None:
        if message[0] == "e":
            ended, self.current = self.current, None
            return ended
        self._said_hello = self._said_hello or message[0] == "hello"
        return None

    def _print(self, data: bytes, now: datetime) -> None:
        if self._said_hello:
            self._open().raw(data, now)
        else:
            self.outside = (self.outside + data)[-_OUTSIDE_BYTES:]

    def _log(self, message: Message) -> None:
        _, level, instant, text = message
        if self._said_hello:
            self._open().log(level, text, datetime.fromtimestamp(instant, UTC))
        else:
            self.outside = (self.outside + text.encode() + b"\n")[-_OUTSIDE_BYTES:]

    def _open(self) -> Capture:
        if self.current is None:
            self.current = Capture()
        return self.current
