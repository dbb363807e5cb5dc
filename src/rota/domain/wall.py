"""What a clock on the wall shows when a schedule strikes: days and times of the day, no zone."""

from bisect import bisect_right
from dataclasses import dataclass

from rota.domain.days import Days
from rota.domain.daytimes import DayTimes
from rota.domain.zone import DAY

HOUR = 3600


@dataclass(slots=True, eq=False)
class Wall:
    """What a clock on the wall shows when the schedule strikes, in local seconds since 1970."""

    days: Days
    times: DayTimes
    first_time: int

    @classmethod
    def of(cls, days: Days, times: DayTimes) -> "Wall":
        """The times on the days."""
        return cls(days, times, times.first)

    def next(self, local: int) -> int | None:
        """The first strike later than the local second, or None."""
        today = local // DAY
        day = self.days.since(today)
        if day == today:
            # The usual case of times.after, written out: another one in this hour.
            hour, rest = local // HOUR, local % HOUR
            within = self.times.by_hour[hour % 24]
            if within and rest < within[-1]:
                return hour * HOUR + within[bisect_right(within, rest)]
            time = self.times.after(local - today * DAY)
            if time >= 0:
                return today * DAY + time
            day = self.days.since(today + 1)
        return None if day is None else day * DAY + self.first_time

    def last(self, local: int) -> int | None:
        """The last strike not later than the local second, or None."""
        today, second = divmod(local, DAY)
        day = self.days.until(today)
        if day == today:
            time = self.times.until(second)
            if time >= 0:
                return today * DAY + time
            day = self.days.until(today - 1)
        return None if day is None else day * DAY + self.times.last

    def count(self, after: int, until: int) -> int:
        """How many strikes are later than `after` and not later than `until`; whole days at a time."""
        if until <= after:
            return 0
        (day, second), (last_day, last_second) = divmod(after, DAY), divmod(until, DAY)
        each = self.times.many
        found = self.days.count(day, last_day) * each
        if self.days.since(day) == day:
            found -= self.times.count_until(second)
        if self.days.since(last_day) == last_day:
            found -= each - self.times.count_until(last_second)
        return found
