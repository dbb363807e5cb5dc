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


class _Number:
    """A number of the page, at its place."""

    def __init__(self, place: int) -> None:
        self._offset = place * _NUMBER.size

    def __get__(self, page: "Page", owner: type) -> int:
        return int(_NUMBER.unpack_from(page.memory, self._offset)[0])

    def __set__(self, page: "Page", value: int) -> None:
        _NUMBER.pack_into(page.memory, self._offset, value)


class Page:
    """Made before the fork.

    current  the execution whose body runs now, 0 for none
    stop     the execution that was told to stop last, 0 for none
    asked    how many signals the keeper has sent that the runner is to obey
    heard    what `asked` was when the runner obeyed last
    """

    current, stop, asked, heard = _Number(0), _Number(1), _Number(2), _Number(3)

    def __init__(self) -> None:
        self.memory = mmap.mmap(-1, mmap.PAGESIZE)
