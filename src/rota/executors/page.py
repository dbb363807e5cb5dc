"""A page of memory that keeper and runner share: which execution is running, which one shall stop, what was heard.

The keeper reads it at the moment in which it sends a signal, so that a stop never meets the body after the one
it was meant for; the runner writes it without a system call.
"""

import mmap
import signal

NUDGE = signal.SIGURG
"""Sent to a runner alone that has not heard what it was sent. Who does not know it ignores it."""


class _Number:
    """A number of the page, at its place. Written at once, as `struct` does not, so that nobody sees half of it."""

    def __init__(self, place: int) -> None:
        self._place = place

    def __get__(self, page: "Page", owner: type) -> int:
        return page.numbers[self._place]

    def __set__(self, page: "Page", value: int) -> None:
        page.numbers[self._place] = value


class Page:
    """Made before the fork.

    current  the execution whose body runs now, 0 for none
    stop     the execution that was told to stop last, 0 for none
    asked    how many signals the keeper has sent that the runner is to obey
    heard    what `asked` was when the runner obeyed last
    """

    current, stop, asked, heard = _Number(0), _Number(1), _Number(2), _Number(3)

    def __init__(self) -> None:
        self.numbers = memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("q")
