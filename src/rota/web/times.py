"""Instants as one reader sees them: relative first, absolute under it, the zone always named."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from markupsafe import Markup

from rota.domain.words import relative

JOB = "job"
"""Each time in the zone of its own job."""

NEAR = timedelta(days=6)


def zone(name: str) -> tzinfo:
    """The rules of a zone; UTC for a name that is none."""
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def is_zone(name: str) -> bool:
    """Whether there is such a zone."""
    return name == "UTC" or zone(name) is not UTC


def named(at: datetime) -> str:
    """The short name of the zone of a local time: "CET", "UTC", "UTC+03"."""
    name = "UTC" if at.tzinfo is UTC else at.strftime("%Z")
    return f"UTC{name}" if name[:1] in "+-" else name


def kept(clock: str) -> str:
    """A time whose zone never stands on a line of its own."""
    return "\u00a0".join(clock.rsplit(" ", 1))


@lru_cache(maxsize=1)
def zones() -> list[str]:
    """The names of all zones."""
    return sorted(available_timezones() - {"localtime"})


@dataclass(frozen=True, slots=True)
class Times:
    """How instants are told.

    now   the present instant
    mine  the reader's own zone
    shown JOB, or the name of the one zone that all times are shown in
    """

    now: datetime
    mine: str = "UTC"
    shown: str = JOB

    def name(self, job_zone: str | None = None) -> str:
        """The zone in which something is shown; job_zone: of its job, None for what belongs to none."""
        if self.shown != JOB:
            return self.shown
        return job_zone or self.mine

    def local(self, at: datetime, job_zone: str | None = None) -> datetime:
        """An instant on the clock that is shown."""
        return at.astimezone(zone(self.name(job_zone)))

    def clock(self, at: datetime, job_zone: str | None = None, *, seconds: bool = False) -> str:
        """ "today 10:45 CET", "Tue 09:30 CET", "Mon 30 Nov 09:00 CET", "Mon 3 Mar 2025 09:00 CET"."""
        there, here = self.local(at, job_zone), self.local(self.now, job_zone)
        time = f"{there:%H:%M:%S}" if seconds else f"{there:%H:%M}"
        if there.date() == here.date():
            day = "today"
        elif abs(there.date() - here.date()) <= NEAR:
            day = f"{there:%a}"
        elif there.year == here.year:
            day = f"{there:%a} {there.day} {there:%b}"
        else:
            day = f"{there:%a} {there.day} {there:%b} {there.year}"
        return f"{day} {time} {named(there)}"

    def elsewhere(self, at: datetime, name: str) -> str:
        """The same in another zone than the one that is shown."""
        return kept(replace(self, shown=name).clock(at))

    def hour(self, at: datetime) -> str:
        """ "22:30", and its zone where that is not the one of now: "03:00 CEST"."""
        there, here = self.local(at), self.local(self.now)
        return f"{there:%H:%M}" + (f" {named(there)}" if named(there) != named(here) else "")

    def full(self, at: datetime, job_zone: str | None = None) -> str:
        """ "Tue 24 Nov 2026 10:45:00 CET (Europe/Rome) · 09:45:00 UTC"."""
        there, name = self.local(at, job_zone), self.name(job_zone)
        told = f"{there:%a} {there.day} {there:%b %Y %H:%M:%S} {named(there)}"
        return told if name == "UTC" else f"{told} ({name}) · {at.astimezone(UTC):%H:%M:%S} UTC"

    def tag(self, at: datetime | None, job_zone: str | None = None, *, text: str | None = None) -> Markup:
        """A <time> with its absolute time as text, or `text`; nothing for None."""
        if at is None:
            return Markup("")
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            self.full(at, job_zone),
            text or kept(self.clock(at, job_zone)),
        )

    def ago(self, at: datetime | None, job_zone: str | None = None) -> Markup:
        """A <time> that says how far from now: "in 3 h", "2 min ago"."""
        return Markup("") if at is None else self.tag(at, job_zone, text=relative(at, self.now))

    def zones(self, since: datetime, until: datetime, job_zone: str | None = None) -> str:
        """The short names of the zone in that time: "CET", or "CET, then CEST" where the clocks change."""
        return ", then ".join(dict.fromkeys(named(self.local(at, job_zone)) for at in (since, until)))

    def day(self, at: datetime, job_zone: str | None = None) -> str:
        """ "Tue 24 Nov"."""
        there = self.local(at, job_zone)
        return f"{there:%a} {there.day} {there:%b}"
