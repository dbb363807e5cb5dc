"""The schedule: a value that knows its fires."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache

from rota.domain.cron import read_cron
from rota.domain.days import EVERY_WEEKDAY, DayPattern, week_days
from rota.domain.daytimes import listed, product
from rota.domain.errors import InvalidSchedule
from rota.domain.explain import explain, month_note
from rota.domain.fires import FIRST, LAST, SECOND, Count, Every, Fires, Fixed, Never, Once, Steady, Wild
from rota.domain.kinds import (
    LAST_DAY,
    MICROSECOND,
    SHORTHAND,
    YEARS_AHEAD,
    Kind,
    Monthly,
    check_size,
    quoted,
    read_daily,
    read_interval,
    read_monthly,
    read_once,
    read_weekly,
)
from rota.domain.preview import Preview, preview
from rota.domain.wall import Wall
from rota.domain.zone import EPOCH, Zone, zone_named


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a job fires: a kind, an expression of that kind, and the time zone whose clock it means.

    kind        interval, daily, weekly, monthly, cron, once or manual
    expression  as docs/reference/schedules.md says for the kind; empty for manual
    timezone    an IANA name; the expression is in its local time, every answer is in UTC
    anchor      of an interval: an aware instant that is one of its fires; unless given, the start of 1970
    Raises InvalidSchedule, which names the part at fault and the fix.
    """

    kind: str
    expression: str = ""
    timezone: str = "UTC"
    anchor: datetime | None = None
    _fires: Fires = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.expression) > 256:
            check_size(self.expression)
        object.__setattr__(self, "_fires", _fires(self.kind, self.expression, self.timezone, self.anchor))

    def __reduce__(self) -> tuple[object, ...]:
        return Schedule, (self.kind, self.expression, self.timezone, self.anchor)

    @classmethod
    def of(cls, timezone: str = "UTC", **given: str | None) -> "Schedule":
        """The schedule in the job decorator's words: `cron=`, `every=`, `daily=`, `weekly=`,
        `monthly=` or `at=`.

        None of them is a manual schedule; two are an error.
        """
        said = [(word, text) for word, text in given.items() if text is not None]
        if not said:
            return cls(Kind.MANUAL, "", timezone)
        if len(said) > 1 or said[0][0] not in SHORTHAND:
            words = ", ".join(f"{word}=" for word, _ in said)
            raise InvalidSchedule(
                f"a job has one schedule, not {words}", part=words, fix=f"one of {_words()}"
            )
        return cls(SHORTHAND[said[0][0]], said[0][1], timezone)

    def next_after(self, instant: datetime) -> datetime | None:
        """The first fire strictly later than an aware instant, in UTC; None when 50 years have none."""
        if instant.tzinfo is None:
            raise _naive(instant)
        found = self._fires.next((instant - EPOCH) // MICROSECOND)
        return None if found is None or found > LAST else EPOCH + found * MICROSECOND

    def previous_before(self, instant: datetime) -> datetime | None:
        """The last fire strictly earlier than an aware instant, in UTC; None when 50 years have none."""
        return _datetime(self._fires.last(_micros(instant) - 1))

    def next_micros(self, after: int) -> int | None:
        """next_after without datetimes: whole microseconds since 1970, for batches of many jobs."""
        found = self._fires.next(after)
        return None if found is None or found > LAST else found

    def fires(self, after: datetime, n: int) -> list[datetime]:
        """The next `n` fires later than an aware instant, in UTC; fewer when the schedule ends."""
        found: list[datetime] = []
        at: datetime | None = after
        while len(found) < n and at is not None and (at := self.next_after(at)) is not None:
            found.append(at)
        return found

    def count(self, a: datetime, b: datetime) -> Count:
        """How many fires are later than `a` and not later than `b`, without walking them.

        Exact for 50 years (always, for intervals); beyond that at least so many.
        """
        return self._fires.count(_micros(a), _micros(b))

    def explain(self) -> str:
        """The schedule as a sentence, with day names and zone, and G-DAY spelled out where it matters."""
        return explain(Kind(self.kind), self.expression, self.timezone, self.anchor)

    def preview(self, after: datetime, n: int) -> list[Preview]:
        """The next `n` fires with their local time and, on odd days, a note ("02:30 does not exist")."""
        return preview(self._fires, zone_named(self.timezone), self.fires(after, n))

    def notes(self) -> tuple[str, ...]:
        """What someone who saves the schedule should know, such as "runs in 7 months of the year"."""
        note = month_note(Kind(self.kind), self.expression)
        return (note,) if note else ()


def check_new(schedule: Schedule, now: datetime) -> tuple[str, ...]:
    """Refuse a new schedule that has no fire within 50 years of `now`; returns its notes.

    Raises InvalidSchedule. A manual schedule has no fires and is not refused for it.
    """
    if schedule.kind == Kind.MANUAL:
        return ()
    following, text = schedule.next_after(now), quoted(schedule.expression)
    if following is None or following > now + timedelta(days=YEARS_AHEAD * 365.25):
        past = schedule.kind == Kind.ONCE and following is None
        raise InvalidSchedule(
            f"{text} is in the past" if past else f"{text} has no fire within {YEARS_AHEAD} years",
            part=schedule.expression,
            fix="give a later time" if past else "check the day and the month",
        )
    return schedule.notes()


# Rows of the same schedule are loaded again and again; reading one anew costs ten times this look-up.
@lru_cache(maxsize=16384)
def _fires(kind: str, expression: str, timezone: str, anchor: datetime | None) -> Fires:
    """The fires of a schedule. Raises InvalidSchedule."""
    check_size(expression)
    if anchor is not None and (kind != Kind.INTERVAL or anchor.utcoffset() is None):
        fix = "give it a time zone" if kind == Kind.INTERVAL else "leave it out"
        raise InvalidSchedule("the anchor is the aware instant of an interval", part="anchor", fix=fix)
    zone, text = zone_named(timezone), expression.strip()
    match kind:
        case Kind.CRON:
            form = read_cron(text)
            wall = Wall.of(form.pattern.days(), product(form.hours, form.minutes, form.seconds))
            return _by_clock(wall, zone, wild=form.wildcard)
        case Kind.INTERVAL:
            return Every(_micros(anchor or EPOCH), read_interval(text) * SECOND)
        case Kind.DAILY:
            return _by_clock(Wall.of(week_days(EVERY_WEEKDAY), listed(read_daily(text))), zone)
        case Kind.WEEKLY:
            weekly = read_weekly(text)
            days = week_days(sum(1 << day for day in weekly.days))
            return _by_clock(Wall.of(days, listed(weekly.times)), zone)
        case Kind.MONTHLY:
            return _by_clock(_monthly(read_monthly(text)), zone)
        case Kind.ONCE:
            return _once(text, zone)
        case Kind.MANUAL if not text:
            return Never()
        case Kind.MANUAL:
            raise InvalidSchedule("a manual schedule has no expression", part=text, fix="leave it empty")
    close = get_close_matches(kind[:20], list(Kind), n=1)
    meant = f'did you mean "{close[0]}"? ' if close else ""
    raise InvalidSchedule(
        f"no kind of schedule named {quoted(kind)}", part=kind[:40], fix=f"{meant}One of {_kinds()}"
    )


def _by_clock(wall: Wall, zone: Zone, *, wild: bool = False) -> Fires:
    """The fires of a wildcard or of fixed times, which are the same where the clock is never set."""
    if zone.name == "UTC":
        return Steady(wall)
    return Wild(wall, zone) if wild else Fixed(wall, zone)


def _monthly(form: Monthly) -> Wall:
    from_end = (0,) if LAST_DAY in form.days else ()
    monthdays = sum(1 << day for day in form.days if day != LAST_DAY)
    return Wall.of(DayPattern(monthdays=monthdays, from_end=from_end).days(), listed(form.times))


def _once(text: str, zone: Zone) -> Once:
    told, absolute = read_once(text)
    at = _micros(told)
    return Once(at) if absolute else Once(_first_shown(at, zone), at // SECOND)


def _first_shown(local: int, zone: Zone) -> int:
    """The first instant, in microseconds, when the clock shows the local time or, in a gap, a later one."""
    second, rest = divmod(local, SECOND)
    at = zone.instant(second)
    return at * SECOND + rest if at + zone.offset(at) == second else at * SECOND


def _micros(instant: datetime) -> int:
    """Whole microseconds since 1970 of an aware instant."""
    if instant.tzinfo is None:
        raise _naive(instant)
    return (instant - EPOCH) // MICROSECOND


def _naive(instant: datetime) -> ValueError:
    return ValueError(f"an aware instant is needed, {instant} has no time zone")


def _datetime(micros: int | None) -> datetime | None:
    if micros is None or not FIRST <= micros <= LAST:
        return None
    return EPOCH + micros * MICROSECOND


def _words() -> str:
    return ", ".join(f"{word}=" for word in SHORTHAND)


def _kinds() -> str:
    return ", ".join(Kind)
