"""An execution: one attempt at one slot, or at one manual run. The only rules about its states."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, field_serializer

from rota.domain.errors import Conflict
from rota.domain.secret import masked


class Status(StrEnum):
    """Where an execution stands. A status never goes back."""

    QUEUED = "queued"
    SUBMITTED = "submitted"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    LOST = "lost"
    SKIPPED = "skipped"
    MISSED = "missed"


class Trigger(StrEnum):
    """What asked for an execution."""

    SCHEDULER = "scheduler"
    MANUAL = "manual"
    API = "api"
    RETRY = "retry"
    DEPENDENCY = "dependency"
    BACKFILL = "backfill"


NEXT: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.SUBMITTED, Status.RUNNING, Status.CANCELLED}),
    Status.SUBMITTED: frozenset({Status.RUNNING, Status.CANCELLED, Status.LOST}),
    Status.RUNNING: frozenset(
        {Status.SUCCEEDED, Status.FAILED, Status.TIMED_OUT, Status.CANCELLED, Status.LOST}
    ),
}

ACTIVE = (Status.QUEUED, Status.SUBMITTED, Status.RUNNING)
WAITING = (Status.QUEUED, Status.SUBMITTED)
UNDERWAY = (Status.SUBMITTED, Status.RUNNING)
UNSUCCESSFUL = (Status.FAILED, Status.TIMED_OUT, Status.LOST)
FINAL = frozenset(Status) - frozenset(ACTIVE)


def may_move(before: Status, after: Status) -> bool:
    """Whether an execution that stands at `before` may go to `after`."""
    return after in NEXT.get(before, frozenset())


def require_move(before: Status, after: Status) -> None:
    """Raises Conflict when `before` never leads to `after`."""
    if not may_move(before, after):
        raise Conflict(f"an execution that is {before.value} cannot become {after.value}")


class Execution(BaseModel):
    """One row of the history, as every face shows it. Instants are UTC; null means not known or not yet."""

    model_config = ConfigDict(frozen=True)

    id: int
    job_id: int
    job_name: str
    task_name: str
    version: int
    first_id: int
    attempt: int = 1
    status: Status
    reason: str | None = None
    warning: str | None = None
    trigger: Trigger
    triggered_by: str = "scheduler"
    scheduled_for: datetime | None = None
    slot_first: datetime | None = None
    slot_count: int = 1
    queue: str = "default"
    priority: int = 5
    not_before: datetime | None = None
    hold: str | None = None
    task_kwargs: dict[str, Any] | None = None
    queued_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration_ms: int | None = None
    node_id: int | None = None
    node: str | None = None
    exit_code: int | None = None
    error_type: str | None = None
    error_message: str | None = None
    stack_trace: str | None = None
    message: str | None = None
    result: Any = None
    items_processed: int | None = None
    items_failed: int | None = None
    metrics: dict[str, Any] | None = None
    peak_memory_mb: float | None = None
    cpu_seconds: float | None = None
    cpu_percent: float | None = None
    output_bytes: int = 0
    output_dropped: int = 0
    progress_done: float | None = None
    progress_total: float | None = None
    progress_message: str | None = None
    cancel_requested_by: str | None = None

    @field_serializer("task_kwargs", when_used="json")
    def _mask(self, value: dict[str, Any] | None) -> dict[str, Any] | None:
        """No face shows a secret."""
        return None if value is None else masked(value)

    @property
    def lag(self) -> timedelta | None:
        """How long after its nominal instant it started."""
        if self.started_at is None or self.scheduled_for is None:
            return None
        return self.started_at - self.scheduled_for

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in FINAL


def describe_slots(first: datetime, last: datetime, count: int, *, exact: bool = True) -> str:
    """The words for a row that stands for several slots: "3 slots from … to …"."""
    if count == 1:
        return f"the slot of {last:%Y-%m-%d %H:%M:%S} UTC"
    bound = "" if exact else "at least "
    return f"{bound}{count:,} slots from {first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S} UTC"


def final_statuses() -> Iterable[str]:
    """The values of the statuses that nothing leaves, for constraints."""
    return sorted(status.value for status in FINAL)
