"""Instants that people send: with a time zone, and of years that a database can keep."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)


def _written_out(value: object) -> object:
    # A bare number would be taken for seconds or for milliseconds, whichever seems likelier.
    is_number = isinstance(value, int | float) or (
        isinstance(value, str) and value.strip().lstrip("+-").replace(".", "", 1).isdigit()
    )
    if is_number:
        raise ValueError("give an instant with a time zone, as 2026-03-29T02:30:00Z")
    return value


def _in_utc(value: datetime) -> datetime:
    if not EARLIEST <= value <= LATEST:
        raise ValueError("give an instant between the years 1970 and 9999")
    return value.astimezone(UTC)


Instant = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_in_utc)]
