"""Executions as the command line shows them."""

from typing import Any

from rota.cli.screen import Fields, Screen
from rota.cli.table import Cell, Column
from rota.cli.words import count, milliseconds, span
from rota.domain.execution import ACTIVE, Execution, Status, Trigger
from rota.domain.job import Job
from rota.domain.secret import masked

MARKS = {
    Status.QUEUED: ("○", "dim"),
    Status.SUBMITTED: ("◌", "blue"),
    Status.RUNNING: ("▶", "blue"),
    Status.SUCCEEDED: ("✓", "green"),
    Status.FAILED: ("✗", "red"),
    Status.TIMED_OUT: ("⧗", "red"),
    Status.CANCELLED: ("⊘", "yellow"),
    Status.LOST: ("?", "red"),
    Status.SKIPPED: ("»", "yellow"),
    Status.MISSED: ("·", "yellow"),
}
"""A shape and a colour for each status: neither alone has to be understood."""


def execution_json(execution: Execution) -> dict[str, Any]:
    """An execution for programs, with `success` (null until it has ended)."""
    success = execution.status is Status.SUCCEEDED if execution.is_final else None
    fields = execution.model_dump(mode="json")
    first = {name: fields.pop(name) for name in ("id", "job_id", "job_name", "status")}
    return first | {"success": success} | fields


def marked(status: Status) -> Cell:
    """A status as shape, word and colour."""
    mark, style = MARKS[status]
    return Cell(f"{mark} {status.value.replace('_', ' ')}", style)


def execution_columns(screen: Screen, zones: dict[int, str] | None = None) -> list[Column[Execution]]:
    """The columns of a history. zones: the time zone of each job by its id, for --time job."""

    def instant(one: Execution) -> str:
        at = one.started_at or one.scheduled_for or one.queued_at
        return screen.when(at, (zones or {}).get(one.job_id, "UTC"))

    return [
        Column("id", lambda one: str(one.id), right=True),
        Column("job", lambda one: Cell(one.job_name, "bold"), least=10, whole=True),
        Column("status", lambda one: marked(one.status)),
        Column("when", instant),
        Column("took", lambda one: milliseconds(one.duration_ms), right=True),
        Column("trigger", _trigger, rank=3),
        Column("items", lambda one: items(one), rank=4, right=True),
        Column("node", lambda one: one.node or "", least=8, rank=5),
        Column("message", lambda one: outcome(one), least=12),
    ]


def _trigger(one: Execution) -> str:
    attempt = f" {one.attempt}" if one.attempt > 1 else ""
    by = f" by {one.triggered_by}" if one.trigger in (Trigger.MANUAL, Trigger.API) else ""
    return f"{one.trigger.value}{attempt}{by}"


def items(one: Execution) -> str:
    """Items processed, and failed when some were."""
    if one.items_processed is None:
        return ""
    failed = f" ({count(one.items_failed)} failed)" if one.items_failed else ""
    return f"{count(one.items_processed)}{failed}"


def outcome(one: Execution) -> str:
    """What came of it, in the first line of its own words. Where rota itself ended it, the reason says more."""
    ours = (one.error_type or "").startswith("rota.")
    error = ": ".join(filter(None, (one.error_type, one.error_message)))
    if one.reason and (ours or one.status is not Status.FAILED):
        error = one.reason
    progress = one.progress_message if one.status in ACTIVE else None
    told = error or one.message or one.reason or progress or one.warning or ""
    return told.strip().split("\n")[0]


def execution_fields(one: Execution, screen: Screen, job: Job | None = None) -> Fields:
    """One execution; what failed comes first."""
    zone = job.timezone if job else "UTC"
    mark, style = MARKS[one.status]
    attempts = f", attempt {one.attempt} of {job.max_retries + 1}" if job and job.max_retries else ""
    yield "execution", Cell(f"{one.id} of {one.job_name}", "bold")
    yield "status", Cell(f"{mark} {one.status.value.replace('_', ' ')}{attempts}", style)
    error = ": ".join(filter(None, (one.error_type, one.error_message)))
    yield "error", Cell(error, "red")
    yield "reason", one.reason if one.reason and one.reason != error else ""
    yield "warning", Cell(one.warning or "", "yellow")
    yield "message", one.message or ""
    yield "items", items(one)
    yield "result", "" if one.result is None else _json(one.result)
    yield "metrics", "" if one.metrics is None else _json(one.metrics)
    yield "progress", progress(one)
    yield "trigger", _trigger(one)
    yield "planned", screen.moment(one.scheduled_for, zone) + _stands_for(one)
    yield "queued", screen.moment(one.queued_at, zone)
    yield "not before", screen.moment(one.not_before if one.attempt > 1 else None, zone)
    yield "held", one.hold or ""
    yield "started", screen.moment(one.started_at, zone) + _late(one)
    yield "ended", screen.moment(one.ended_at, zone)
    yield "took", milliseconds(one.duration_ms)
    yield "used", _used(one)
    yield "exit code", "" if one.exit_code is None else str(one.exit_code)
    yield "task", one.task_name
    yield "arguments", "" if one.task_kwargs is None else _json(masked(one.task_kwargs))
    yield "queue", f"{one.queue}, priority {one.priority}"
    yield "node", one.node or ""
    yield "output", _output(one)
    yield "trace", (one.stack_trace or "").rstrip()


def _json(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


def progress(one: Execution) -> str:
    """What it told of itself: "420/1,000, indexing"."""
    if one.progress_done is None:
        return one.progress_message or ""
    total = f"/{count(one.progress_total)}" if one.progress_total else ""
    return f"{count(one.progress_done)}{total}" + (
        f", {one.progress_message}" if one.progress_message else ""
    )


def _stands_for(one: Execution) -> str:
    return f" (stands for {one.slot_count:,} slots)" if one.slot_count > 1 else ""


def _late(one: Execution) -> str:
    seconds = one.lag.total_seconds() if one.lag is not None else 0.0
    return f" ({span(seconds)} late)" if seconds >= 1 else ""


def _used(one: Execution) -> str:
    parts = []
    if one.cpu_seconds is not None:
        parts.append(f"{one.cpu_seconds:.2f} s of CPU")
    if one.peak_memory_mb is not None:
        parts.append(f"{one.peak_memory_mb:.0f} MB at most")
    return ", ".join(parts)


def _output(one: Execution) -> str:
    if not one.output_bytes:
        return ""
    dropped = f", {one.output_dropped:,} of them dropped" if one.output_dropped else ""
    return f"{one.output_bytes:,} bytes{dropped}; see `rota executions logs {one.id}`"
