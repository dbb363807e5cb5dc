"""How values are said: instants, spans, counts, and text that may hold anything."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from rota.domain.words import count, milliseconds, plural, relative, rough, shown, span

__all__ = ["clock_time", "count", "milliseconds", "plural", "relative", "rough", "shown", "span", "when"]


def clock_time(instant: datetime, zone: tzinfo | None) -> str:
    """Date, time and the zone's name; `zone` None is that of this machine."""
    there = instant.astimezone(zone)
    name = "UTC" if zone is UTC else there.strftime("%Z")
    return f"{there:%Y-%m-%d %H:%M:%S} {name}"


def when(instant: datetime | None, now: datetime, how: str, zone: str = "UTC") -> str:
    """An instant as the option --time asks: relative, local, job (the job's own zone) or utc."""
    if instant is None:
        return ""
    if how == "relative":
        return relative(instant, now)
    if how == "local":
        return clock_time(instant, None)
    return clock_time(instant, UTC if how == "utc" else _zone(zone))


def _zone(name: str) -> tzinfo:
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
