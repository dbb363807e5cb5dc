"""What an agent hands to a runner, and what comes back."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from rota.domain.execution import Status
from rota.domain.job import Overlap

MILLISECOND = timedelta(milliseconds=1)
HALF = MILLISECOND / 2


class Attempt(NamedTuple):
    """A claimed execution: all that is needed to run it, and to end it.

    timeout       seconds from when the body begins; 0 means none
    memory_limit  MB of the attempt's whole process tree, or None
    backoff, backoff_cap  seconds
    kwargs        the arguments, as JSON text
    solitary      it may only run while nothing else runs on its node
    losses        how many executions of the job were lost in a row before this one
    not_before    when its body may begin at the earliest, or None
    """

    execution_id: int
    job_id: int
    job_name: str
    task_name: str
    first_id: int
    attempt: int
    kwargs: str = "{}"
    scheduled_for: datetime | None = None
    timeout: float = 120
    memory_limit: int | None = None
    max_retries: int = 0
    backoff: float = 1
    backoff_cap: float = 30
    retryable: bool = True
    overlap: Overlap = Overlap.SKIP
    queue: str = "default"
    priority: int = 5
    version: int = 1
    solitary: bool = False
    losses: int = 0
    override: bool = False
    not_before: datetime | None = None

    @property
    def idempotency_key(self) -> str:
        """The same for all attempts of one slot or one manual run."""
        return f"{self.job_name}-{self.first_id}"


@dataclass(slots=True)
class Ending:
    """How an attempt ended. Instants are UTC; sizes are bytes, memory is MB, CPU is seconds.

    retry_after  seconds that the body asked to wait, or None for the job's own rule
    no_retry     the body said that trying again is useless
    lines        the kept output lines that are not stored yet: (seq, at, source, text)
    """

    execution_id: int
    status: Status
    ended_at: datetime
    started_at: datetime | None = None
    reason: str | None = None
    warning: str | None = None
    exit_code: int | None = None
    error_type: str | None = None
    error_message: str | None = None
    stack_trace: str | None = None
    message: str | None = None
    result: str | None = None
    items_processed: int | None = None
    items_failed: int | None = None
    metrics: dict[str, Any] | None = None
    peak_memory_mb: float | None = None
    cpu_seconds: float | None = None
    output_bytes: int = 0
    output_dropped: int = 0
    progress_done: float | None = None
    progress_total: float | None = None
    progress_message: str | None = None
    retry_after: float | None = None
    no_retry: bool = False
    lines: list["Line"] = field(default_factory=list)

    @property
    def duration_ms(self) -> int | None:
        """Milliseconds from begin to end, None when it never began."""
        if self.started_at is None:
            return None
        return max(0, (self.ended_at - self.started_at + HALF) // MILLISECOND)

    def bare(self, problem: str) -> "Ending":
        """How and when it ended, without anything that the body told."""
        warning = f"what it told could not be recorded: {problem}".splitlines()[0][:500]
        return Ending(
            self.execution_id, self.status, self.ended_at, self.started_at, warning=warning,
            retry_after=self.retry_after, no_retry=self.no_retry,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an execution's output.

    seq     its place in the stream, from 1
    source  "out" for what the body printed, else the level of a log line: debug, info, warning, error
    """

    seq: int
    at: datetime
    source: str
    text: str
