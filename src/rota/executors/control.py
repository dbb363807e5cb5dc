"""The agent's way to a runner: never blocks."""

import os

from rota.executors.wire import Message, encode


class Control:
    """Messages to one runner."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._unsent = b""

    @property
    def wants_write(self) -> bool:
        """Whether something waits until the socket can be written to."""
        return bool(self._unsent)

    def send(self, message: Message) -> None:
        """Send as much as the socket takes now; the rest goes with the next `flush`."""
        self._unsent += encode(message)
        self.flush()

    def flush(self) -> None:
        """Go on with what could not be sent."""
        if not self._unsent:
            return
        try:
            self._unsent = self._unsent[os.write(self._fd, self._unsent) :]
        except BlockingIOError:
            return
        except OSError:
            # The runner is gone, and its keeper is about to say so.
            self._unsent = b""
