"""A page of memory that keeper and runner share: which execution is running, which one shall stop, what was heard.

The keeper reads it at the moment in which it sends a signal, so that a stop never meets the body after the one
it was meant for; the runner writes it without a system call.
"""

import mmap
import signal
import struct

NUDGE = signal.SIGURG
"""Sent to a runner alone that has not heard what it was sent. Who does not know it ignores it."""

# Native, so that each number is written at once and never seen half.
_NUMBER = struct.Struct("q")


class Page:
    """Made before the fork. `current` and `stop` are ids of executions, 0 means none; `asked` and `heard` count."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, mmap.PAGESIZE)

    @property
    def current(self) -> int:
        """The execution whose body runs now."""
        return int(_NUMBER.unpack_from(self._memory, 0)[0])

    @current.setter
    def current(self, execution_id: int) -> None:
        _NUMBER.pack_into(self._memory, 0, execution_id)

    @property
    def stop(self) -> int:
        """The execution that was told to stop last."""
        return int(_NUMBER.unpack_from(self._memory, 8)[0])

    @stop.setter
    def stop(self, execution_id: int) -> None:
        _NUMBER.pack_into(self._memory, 8, execution_id)

    @property
    def asked(self) -> int:
        """How many signals the keeper has sent that the runner is to obey."""
        return int(_NUMBER.unpack_from(self._memory, 16)[0])

    @asked.setter
    def asked(self, count: int) -> None:
        _NUMBER.pack_into(self._memory, 16, count)

    @property
    def heard(self) -> int:
        """What `asked` was when the runner obeyed last."""
        return int(_NUMBER.unpack_from(self._memory, 24)[0])

    @heard.setter
    def heard(self, count: int) -> None:
        _NUMBER.pack_into(self._memory, 24, count)
