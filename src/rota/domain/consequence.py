"""What follows from how an attempt ended: another one, or a job that is set aside."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rota.domain.attempt import Attempt, Ending
from rota.domain.execution import UNSUCCESSFUL, Status
from rota.domain.job import Overlap
from rota.domain.retry import due_again, wait_before_retry

POISON = 2
"""After so many losses in a row a job starts only alone on a node; lost alone, it is paused."""

SHUTDOWN = "shutdown"
"""The reason of what an orderly end of its node cut short: retried by policy, never counted against the job."""


@dataclass(frozen=True, slots=True)
class Again:
    """The next attempt: when it is due, alone or not, and a warning when it was brought forward."""

    not_before: datetime
    solitary: bool
    warning: str | None = None


def losses_after(attempt: Attempt, ending: Ending, before: int) -> int:
    """How many executions of the job were lost in a row, after this one."""
    if ending.status is not Status.LOST:
        return 0
    return before if (ending.reason or "").startswith(SHUTDOWN) else before + 1


def is_poison(attempt: Attempt, ending: Ending) -> bool:
    """Whether a job was lost again although nothing else ran beside it."""
    return (
        attempt.solitary and ending.status is Status.LOST and not (ending.reason or "").startswith(SHUTDOWN)
    )


def again(attempt: Attempt, ending: Ending, next_slot: datetime | None, losses: int) -> Again | None:
    """The attempt that follows, or None.

    next_slot  the job's next fire; a retry is brought forward to it, for waiting it would fill the slot's place
               (where overlap is allowed it is in nobody's way)
    losses     losses in a row, this one included
    """
    if ending.status not in UNSUCCESSFUL or ending.no_retry or not attempt.retryable:
        return None
    if attempt.attempt > attempt.max_retries or is_poison(attempt, ending):
        return None
    if ending.retry_after is not None:
        wait = timedelta(seconds=ending.retry_after)
    else:
        base, cap = timedelta(seconds=attempt.backoff), timedelta(seconds=attempt.backoff_cap)
        wait = wait_before_retry(attempt.attempt, base=base, cap=cap)
    place = None if attempt.overlap is Overlap.ALLOW else next_slot
    due, warning = due_again(ending.ended_at, wait, place)
    return Again(due, losses >= POISON, warning)
