"""How a body says how it went: by its result, or by one of three exceptions."""

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any


@dataclass(slots=True)
class JobResult:
    """What a job did.

    success          False records the attempt as failed, with `message`
    message          one line for the history
    items_processed  and items_failed count whatever the job works on
    metrics          numbers by name
    data             anything that JSON can say, at most 64 KiB
    duration_ms      filled in from the clock when it is None
    """

    success: bool = True
    message: str | None = None
    items_processed: int | None = None
    items_failed: int | None = None
    metrics: dict[str, Any] | None = None
    data: Any = None
    duration_ms: int | None = None

    @classmethod
    def of(cls, value: object) -> "JobResult":
        """The result that a returned value stands for.

        None is a success; a JobResult is itself; a dict with a bool "success" and no other keys than a
        JobResult's is one; anything else is a success with that value as its data.
        """
        if isinstance(value, cls):
            return value
        names = {field.name for field in fields(cls)}
        if isinstance(value, dict) and isinstance(value.get("success"), bool) and value.keys() <= names:
            return cls(**value)
        return cls(data=value)


class Retry(Exception):
    """Raised in a body: this attempt failed, try again.

    after    seconds (or a timedelta) to wait; None means by the job's own rule
    message  why, for the history
    Raises ValueError when `after` is negative. `max_retries` holds all the same.
    """

    def __init__(self, after: float | timedelta | None = None, message: str = "") -> None:
        seconds = after.total_seconds() if isinstance(after, timedelta) else after
        if seconds is not None and not 0 <= seconds < float("inf"):
            raise ValueError(f"Retry waits 0 seconds or more, got {after}")
        super().__init__(message or "the job asked for another attempt")
        self.after = seconds
        self.message = str(self.args[0])


class DoNotRetry(Exception):
    """Raised in a body: this attempt failed, and trying again is useless."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or "the job asked not to be tried again")
        self.message = str(self.args[0])


class Stopped(BaseException):
    """Raised inside a body that must end now: its time is over, it was cancelled, or the node shuts down.

    Let it pass after tidying up (`finally` runs). It is no Exception: `except Exception` does not swallow it.
    """
