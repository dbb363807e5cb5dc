"""A clock that a test moves by hand."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday, away from every change of offset."""


class MovableClock:
    """Both clocks stand still until a test moves them.

    wall     the present instant; set it to step the wall clock alone, as an administrator does
    seconds  the monotonic clock
    """

    def __init__(self, wall: datetime = NOON) -> None:
        self.wall, self.seconds = wall, 1000.0

    def now(self) -> datetime:
        """The present instant in UTC."""
        return self.wall

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Let time pass, on both clocks."""
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds
