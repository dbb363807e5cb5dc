"""What a stopped or killed body is recorded as: it depends on why it was stopped."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rota.domain.attempt import Attempt, Ending, Line
from rota.domain.consequence import SHUTDOWN
from rota.domain.execution import Status
from rota.domain.secret import concealed, without
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
    status, reason = status_of(event.why, attempt, "stopped")
    return replace(ending, status=status, reason=reason)


def of_death(event: Died, running: Ending, attempt: Attempt) -> Ending:
    """The ending of a body whose process died under it; `running` is what was known of it until then."""
    left = f"; could not be killed: pid {', '.join(map(str, event.left))}" if event.left else ""
    if event.why is None:
        return replace(running, reason=f"{event.text}{left}")
    status, reason = status_of(event.why, attempt, "killed")
    return replace(running, status=status, reason=f"{reason}{left}")


def status_of(why: str, attempt: Attempt, done: str) -> tuple[Status, str]:
    """The status and reason of what did not end by itself; `done` says what was done to it."""
    if why == TIMEOUT:
        return Status.TIMED_OUT, f"ran longer than {attempt.timeout:g} s and was {done}"
    if why == MEMORY:
        return Status.FAILED, f"memory limit of {attempt.memory_limit} MB exceeded: it was {done}"
    if why == SHUTDOWN:
        return Status.LOST, f"{SHUTDOWN}: it was {done} because its node ended"
    if why.startswith(CANCELLED):
        return Status.CANCELLED, why
    return Status.LOST, why


def discreet(ending: Ending, secrets: Sequence[str]) -> Ending:
    """The ending with every secret value masked wherever the body may have told it."""
    texts = ("reason", "warning", "error_message", "stack_trace", "message", "progress_message")
    told = {name: getattr(ending, name) for name in texts}
    shown: dict[str, Any] = {name: text and without(text, secrets) for name, text in told.items()}
    if ending.result is not None:
        shown["result"] = json.dumps(concealed(json.loads(ending.result), secrets), ensure_ascii=False)
    if ending.metrics is not None:
        shown["metrics"] = concealed(ending.metrics, secrets)
    return replace(ending, lines=[discreet_line(line, secrets) for line in ending.lines], **shown)


def discreet_line(line: Line, secrets: Sequence[str]) -> Line:
    """The line with every secret value masked."""
    return replace(line, text=without(line.text, secrets)) if secrets else line
