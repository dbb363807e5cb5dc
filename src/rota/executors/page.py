"""A page of memory that keeper and runner share: which execution is running, and which one shall stop.

The keeper reads it at the moment in which it sends a signal, so that a stop never meets the body after the one
it was meant for; the runner writes it without a system call.
"""

import mmap
import struct

_ID = struct.Struct("=q")


class Page:
    """Made before the fork. `current` and `stop` are ids of executions; 0 means none."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, mmap.PAGESIZE)

    @property
    def current(self) -> int:
        """The execution whose body runs now."""
        return int(_ID.unpack_from(self._memory, 0)[0])

    @current.setter
    def current(self, execution_id: int) -> None:
        _ID.pack_into(self._memory, 0, execution_id)

    @property
    def stop(self) -> int:
        """The execution that was told to stop last."""
        return int(_ID.unpack_from(self._memory, 8)[0])

    @stop.setter
    def stop(self, execution_id: int) -> None:
        _ID.pack_into(self._memory, 8, execution_id)
