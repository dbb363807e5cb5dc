"""What the settings allow ready-made tasks to touch; they are told by the runner's environment."""

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from rota.domain.errors import Unavailable
from rota.sdk import JobContext, JobResult

if TYPE_CHECKING:
    from sqlalchemy import Engine

Span = Annotated[float, Field(ge=0, le=1_000_000)]
"""How many days, hours or minutes: never backwards, and never beyond the calendar."""

Seconds = Annotated[float, Field(gt=0, le=86_400)]
"""How long to wait for an answer."""

Percent = Annotated[float, Field(ge=0, le=1000)]
"""A share; a process on several processors may be above 100."""

Limit = Annotated[float, Field(ge=0, le=1e12)]
"""A number that a measured one is compared with."""

Days = Annotated[int, Field(ge=1, le=400)]
"""How many whole days, each looked at by itself."""

Most = Annotated[int, Field(ge=1, le=10_000_000)]
"""How many rows or files, at most."""


def allowed(setting: str) -> tuple[str, ...]:
    """The list of a setting (job_roots, job_tables, job_commands, job_hosts); empty when it is not set."""
    given = os.environ.get(f"ROTA_{setting.upper()}", "")
    return tuple(part.strip() for part in given.split(",") if part.strip())


def nothing_configured(what: str = "") -> JobResult:
    """What a task returns that nobody has told yet what to work on."""
    message = f"nothing configured: {what}" if what else "nothing configured"
    return JobResult(message=message, items_processed=0)


def database(context: JobContext) -> "Engine | None":
    """The database of the application, None when none is set."""
    try:
        return context.db
    except Unavailable:
        return None


def now() -> datetime:
    """The present instant: a body runs in real time."""
    return datetime.now(UTC)  # noqa: TID251


def verb(dry_run: bool, done: str, would: str | None = None) -> str:
    """How a message says it: "deleted", or "would be deleted"."""
    return (would or f"would be {done}") if dry_run else done
