"""From what a runner or its keeper says to the ending of an attempt."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rota.domain.attempt import Ending
from rota.domain.execution import Status
from rota.executors.capture import Capture
from rota.executors.verdict import Verdict
from rota.executors.wire import Message


@dataclass(slots=True)
class Current:
    """The body that runs now.

    begun  on the agent's monotonic clock, when it was told
    at     UTC, by the runner
    cpu    seconds that the runner had used before
    asked  why it was told to stop, if it was
    """

    execution_id: int
    begun: float
    at: datetime
    cpu: float
    asked: str | None = None


def ended(message: Message, started_at: datetime, capture: Capture | None) -> Ending:
    """The ending that a runner reports in an "e" message, with what the body printed."""
    _, execution_id, success, seconds, peak, cpu, fields, _, left = message
    ending = Ending(
        execution_id,
        Status.SUCCEEDED if success else Status.FAILED,
        started_at + timedelta(seconds=seconds),
        started_at,
        peak_memory_mb=peak,
        cpu_seconds=cpu,
        **(fields or {}),
    )
    if left:
        ending.warning = "; ".join(filter(None, [ending.warning, still_alive(left)]))
    return _with_output(ending, capture)


def died(current: Current, text: str, verdict: Verdict, *, now: datetime, capture: Capture | None) -> Ending:
    """The ending of a body whose runner died."""
    ending = Ending(
        current.execution_id,
        Status.FAILED,
        max(now, current.at),
        current.at,
        reason=text,
        exit_code=verdict.exit,
        peak_memory_mb=verdict.rss and round(verdict.rss / 1024, 1),
        cpu_seconds=None if verdict.cpu is None else round(max(0.0, verdict.cpu - current.cpu), 4),
    )
    return _with_output(ending, capture)


def still_alive(pids: list[int]) -> str:
    """The warning about what a body left behind."""
    what = (
        "1 process that it had started was"
        if len(pids) == 1
        else f"{len(pids)} processes that it had started were"
    )
    return f"{what} still alive and killed (pid {', '.join(map(str, pids))})"


def _with_output(ending: Ending, capture: Capture | None) -> Ending:
    if capture is not None:
        ending.lines = capture.finish(ending.ended_at)
        ending.output_bytes, ending.output_dropped = capture.bytes, capture.dropped
    return ending
