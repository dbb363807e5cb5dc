"""When the next attempt is due."""

from datetime import datetime, timedelta


def wait_before_retry(attempt: int, *, base: timedelta, cap: timedelta) -> timedelta:
    """How long to wait after `attempt` failed before the next one is due.

    attempt  the attempt that failed; the first is 1
    base     the wait after attempt 1; it doubles with every further failure
    cap      the longest wait
    Raises ValueError when `attempt` is below 1.
    """
    if attempt < 1:
        raise ValueError(f"attempt starts at 1, got {attempt}")
    return min(cap, base * (1 << min(attempt - 1, 32)))


def due_again(ended_at: datetime, wait: timedelta, next_slot: datetime | None) -> tuple[datetime, str | None]:
    """When a retry starts, and a warning when the next slot forced it forward.

    A waiting retry fills its job's place, so one that waited past the next slot would have that slot skipped.
    """
    due = ended_at + wait
    if next_slot is None or due <= next_slot:
        return due, None
    brought = max(ended_at, next_slot)
    return brought, f"retry brought forward from {due:%H:%M:%S} to the next slot at {brought:%H:%M:%S} UTC"
