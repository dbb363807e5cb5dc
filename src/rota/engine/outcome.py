"""What a stopped or killed body is recorded as: it depends on why it was stopped."""

from dataclasses import replace

from rota.domain.attempt import Attempt, Ending
from rota.domain.consequence import SHUTDOWN
from rota.domain.execution import Status
from rota.executors.events import Died, Ended

TIMEOUT, MEMORY, CANCELLED, DISOWNED = "timeout", "memory", "cancelled", "no longer owned"
"""Why the agent stops or kills a body; `cancelled` goes on with who asked. SHUTDOWN is another."""


def of_ending(event: Ended, attempt: Attempt) -> Ending:
    """The ending of a body that ended by itself, or because it heard that it should."""
    ending = event.ending
    if event.why is None or not event.stopped:
        return ending
    if event.why == SHUTDOWN and ending.status is Status.SUCCEEDED:
        return ending
    status, reason = _status_of(event.why, attempt, "stopped")
    return replace(ending, status=status, reason=reason)


def of_death(event: Died, attempt: Attempt) -> Ending | None:
    """The ending of a body whose process died under it; None when it died between bodies."""
    if event.running is None:
        return None
    left = f"; could not be killed: pid {', '.join(map(str, event.left))}" if event.left else ""
    if event.why is None:
        return replace(event.running, reason=f"{event.text}{left}")
    status, reason = _status_of(event.why, attempt, "killed")
    return replace(event.running, status=status, reason=f"{reason}{left}")


def _status_of(why: str, attempt: Attempt, done: str) -> tuple[Status, str]:
    if why == TIMEOUT:
        return Status.TIMED_OUT, f"ran longer than {attempt.timeout:g} s and was {done}"
    if why == MEMORY:
        return Status.FAILED, f"memory limit of {attempt.memory_limit} MB exceeded: it was {done}"
    if why == SHUTDOWN:
        return Status.LOST, f"{SHUTDOWN}: it was {done} because its node ended"
    if why.startswith(CANCELLED):
        return Status.CANCELLED, why
    return Status.LOST, why
