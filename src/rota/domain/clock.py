"""Time as a thing that is handed in."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Two clocks: the wall for schedules and records, the monotonic one for silence and time-outs."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never set, never steps."""
        ...
