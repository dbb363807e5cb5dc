"""Where instants lie in a window, and the hours or days that are written under it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from markupsafe import Markup

from rota.web.draw.marks import line, percent
from rota.web.times import Times

QUARTER = timedelta(minutes=15)
STEPS = ((2, 10, 30), (7, 60, 120), (13, 120, 360), (27, 120, 360), (80, 720, 1440), (10_000, 1440, 1440))
"""(window up to so many hours, minutes between marks, minutes between those that stay when it is narrow)"""


class Tick(NamedTuple):
    """A mark of the axis. place: 0 to 1; is_minor: it leaves where there is little room"""

    place: float
    words: str
    is_minor: bool

    @property
    def anchor(self) -> str:
        """The class of its words: they do not leave the picture."""
        return "" if self.place < 0.02 else "t-end" if self.place > 0.98 else "t-mid"


@dataclass(frozen=True)
class Window:
    """A window of time and how its times are told. zone: the job's, None for what belongs to no job"""

    since: datetime
    until: datetime
    times: Times
    zone: str | None = None

    @property
    def zones(self) -> str:
        """The short names of its zone: "CET", or "CET, then CEST" where the clocks change in it."""
        return self.times.zones(self.since, self.last, self.zone)

    @property
    def last(self) -> datetime:
        """The last second in it."""
        return self.until - timedelta(seconds=1)

    def place(self, at: datetime) -> float:
        """Where an instant lies, 0 to 1; the ends for what lies outside."""
        return min(1.0, max(0.0, (at - self.since) / (self.until - self.since)))

    def x(self, at: datetime) -> str:
        """The same in per cent."""
        return percent(self.place(at))

    def bar(self, begin: datetime, end: datetime, filled: float = 1.0) -> tuple[str, str]:
        """Place and width of what lasts from begin to end, as far as it lies in the window.

        filled  the share of it that is drawn; the rest parts it from the next
        """
        x = self.place(begin)
        return percent(x), percent(max(0.0, self.place(end) - x) * filled)

    def holds(self, at: datetime) -> bool:
        """Whether an instant lies inside; the end is the next window's."""
        return self.since <= at < self.until

    @cached_property
    def ticks(self) -> list[Tick]:
        """The marks of the axis, on whole hours or days of the clock that is shown."""
        return list(self._ticks())

    @cached_property
    def grid(self) -> Markup:
        """The same as lines, behind what is drawn."""
        lines = (
            line(
                "m-grid minor" if tick.is_minor else "m-grid",
                percent(tick.place),
                percent(tick.place),
                "0",
                "100%",
            )
            for tick in self.ticks
        )
        return Markup("").join(lines)

    def _ticks(self) -> Iterator[Tick]:
        hours = (self.until - self.since) / timedelta(hours=1)
        every, major = next(step[1:] for step in STEPS if hours <= step[0])
        small = timedelta(minutes=5) if every < 15 else QUARTER
        at = self.since - (self.since - datetime.fromtimestamp(0, self.since.tzinfo)) % small
        while at <= self.until:
            local = self.times.local(at, self.zone)
            minute = local.hour * 60 + local.minute
            # Where the clock is put back, hours come twice: whole ones would be written upon one another.
            again = local.fold and every >= 60
            if minute % every == 0 and at >= self.since and not again:
                # Midnight is a day's name where the window is not of one day.
                is_day = every >= 1440 or (minute == 0 and (hours > 27 or self.since < at < self.until))
                words = f"{local:%a} {local.day}" if is_day else f"{local:%H:%M}"
                yield Tick(self.place(at), words, minute % major != 0)
            at += small
