"""Jobs as the command line shows them: as JSON, as a table, and one by one."""

from typing import Any

from rota.cli.screen import Fields, Screen
from rota.cli.show_executions import MARKS
from rota.cli.table import Cell, Column
from rota.cli.words import milliseconds, plural, span
from rota.domain.errors import RotaError
from rota.domain.execution import Status
from rota.domain.job import Job, JobStatus
from rota.domain.kinds import Kind
from rota.domain.secret import masked, masked_fields

STANDING = {
    JobStatus.ACTIVE: "green",
    JobStatus.PAUSED: "yellow",
    JobStatus.DISABLED: "dim",
    JobStatus.FINISHED: "dim",
    JobStatus.VANISHED: "yellow",
    JobStatus.PROBLEM: "red",
}


def job_json(job: Job) -> dict[str, Any]:
    """A job for programs: its fields, with `schedule` and `enabled` in one word each."""
    fields = job.model_dump(mode="json")
    first = {name: fields.pop(name) for name in ("id", "name", "title", "description")}
    return first | {"schedule": schedule_word(job), "enabled": job.is_enabled} | fields


def schedule_word(job: Job) -> str:
    """The schedule in short: a cron expression as it is, else kind and expression."""
    if job.schedule_type == Kind.CRON:
        return job.schedule_expression
    return f"{job.schedule_type} {job.schedule_expression}".strip()


def schedule_sentence(job: Job) -> str:
    """The schedule as a sentence; what cannot be read is shown as it was written."""
    try:
        return job.schedule.explain()
    except RotaError:
        return schedule_word(job)


def job_columns(screen: Screen) -> list[Column[Job]]:
    """The columns of a list of jobs; those of the higher ranks need a wide terminal."""
    return [
        Column("name", lambda job: Cell(job.name, "bold"), least=12, whole=True),
        Column("description", lambda job: job.description or job.title, least=16, rank=2),
        Column("schedule", _schedule, least=22),
        Column("enabled", lambda job: "yes" if job.is_enabled else Cell("no", "yellow")),
        Column("status", lambda job: Cell(job.status.value, STANDING[job.status]), rank=3),
        Column("last", lambda job: _last(job, screen), rank=1),
        Column("next", lambda job: _next(job, screen)),
        Column("type", lambda job: job.job_type, rank=6),
        Column("queue", lambda job: job.task_queue, rank=7),
        Column("id", lambda job: str(job.id), rank=5, right=True),
    ]


def _schedule(job: Job) -> str:
    if job.schedule_type == Kind.CRON:
        return job.schedule_expression
    if job.schedule_type == Kind.MANUAL:
        return "manual"
    sentence = schedule_sentence(job)
    return (
        sentence.partition(", at :")[0]
        if job.schedule_type == Kind.INTERVAL
        else sentence.removesuffix(", UTC")
    )


def _last(job: Job, screen: Screen) -> Cell:
    if job.last_status is None:
        return Cell("never", "dim")
    mark, style = MARKS[Status(job.last_status)]
    return Cell(f"{mark} {screen.when(job.last_run, job.timezone)}", style)


def _next(job: Job, screen: Screen) -> Cell:
    if job.next_run is not None:
        late = job.next_run < screen.now
        return Cell(screen.when(job.next_run, job.timezone), "yellow" if late else "")
    return Cell("" if job.status is JobStatus.ACTIVE else job.status.value, STANDING[job.status])


def job_fields(job: Job, screen: Screen) -> Fields:
    """One job, what matters most first."""
    zone = job.timezone
    yield "name", Cell(job.name, "bold")
    yield "id", f"{job.id} (version {job.version})"
    yield "title", job.title
    yield "description", job.description
    yield "status", Cell(_status(job, screen), STANDING[job.status])
    yield "schedule", schedule_sentence(job)
    yield "expression", f"{job.schedule_type} {job.schedule_expression}{_resolved(job)}".strip()
    yield "next run", screen.moment(job.next_run, zone)
    yield "last run", _last_run(job, screen)
    yield "runs", _totals(job)
    yield "task", job.task_name
    yield "arguments", ", ".join(f"{name}={value!r}" for name, value in masked(job.task_kwargs).items())
    yield "type", job.job_type
    yield "queue", f"{job.task_queue}, priority {job.task_priority}"
    yield "limits", _limits(job)
    yield "policy", f"overlap {job.overlap.value}, misfire {job.misfire.value}, grace {span(job.grace)}"
    yield "tags", ", ".join(job.tags)
    yield "critical", "yes" if job.critical else ""
    yield "metadata", ", ".join(f"{name}={value!r}" for name, value in job.metadata.items())
    yield "origin", f"code, {job.source}" if job.source else job.origin.value
    yield "changed", ", ".join(f"{name}={value!r}" for name, value in masked_fields(job.overrides).items())
    yield "created", f"{screen.when(job.created_at, zone)} by {job.created_by}"
    yield "updated", f"{screen.when(job.updated_at, zone)} by {job.updated_by}" if job.version > 1 else ""


def _status(job: Job, screen: Screen) -> str:
    if job.problem:
        return f"problem: {job.problem}"
    if job.status is JobStatus.PAUSED:
        until = f"; resumes {screen.when(job.paused_until, job.timezone)}" if job.paused_until else ""
        why = f": {job.pause_reason}" if job.pause_reason else ""
        return f"paused by {job.paused_by} {screen.when(job.paused_at, job.timezone)}{why}{until}"
    return job.status.value


def _resolved(job: Job) -> str:
    return f" = {job.resolved_expression}" if "${" in job.schedule_expression else ""


def _last_run(job: Job, screen: Screen) -> Cell | str:
    if job.last_status is None:
        return "never"
    mark, style = MARKS[Status(job.last_status)]
    took = f" in {milliseconds(job.last_duration_ms)}" if job.last_duration_ms is not None else ""
    told = job.last_status.replace("_", " ")
    return Cell(f"{mark} {told}{took}, {screen.moment(job.last_run, job.timezone)}", style)


def _totals(job: Job) -> str:
    if not job.total_runs:
        return "none yet"
    rate = f", {job.success_rate:.1%} succeeded" if job.success_rate is not None else ""
    usual = (
        f", usually {milliseconds(job.average_duration_ms)}" if job.average_duration_ms is not None else ""
    )
    return f"{job.total_runs:,}{rate}{usual}"


def _limits(job: Job) -> str:
    timeout = f"time-out {span(job.timeout)}" if job.timeout else "no time-out"
    memory = f", memory {job.memory_limit} MB" if job.memory_limit else ""
    retries = "no retries" if not job.max_retries else plural(job.max_retries, "retry")
    return f"{timeout}{memory}, {retries}"
