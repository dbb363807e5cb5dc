"""A job: a named row that says which task to run, with what, when, and by which policies."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_serializer,
    model_validator,
)

from rota.domain.schedule import Schedule
from rota.domain.secret import masked, masked_fields

JOB_TYPES = (
    "document_cleanup",
    "analytics_aggregation",
    "user_activity_digest",
    "system_health_check",
    "database_maintenance",
    "mcp_server_health_check",
    "custom",
)
"""The types that are offered; any other word is allowed."""

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,99}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,100}$")]


def _no_truth(value: object) -> object:
    # Python counts True as 1; whoever sends it for a number has mixed up two fields.
    if isinstance(value, bool):
        raise ValueError("give a number, not true or false")
    return value


Count = Annotated[int, BeforeValidator(_no_truth)]
"""A whole number, as somebody sends it."""
Number = Annotated[float, BeforeValidator(_no_truth)]
"""A number, as somebody sends it."""


class Overlap(StrEnum):
    """What a new slot does while the job is still active."""

    SKIP = "skip"
    QUEUE_ONE = "queue_one"
    QUEUE_ALL = "queue_all"
    CANCEL_RUNNING = "cancel_running"
    ALLOW = "allow"


class Misfire(StrEnum):
    """What happens to slots that were planned later than the grace."""

    RUN_ONCE = "run_once"
    SKIP = "skip"
    RUN_ALL = "run_all"


class Origin(StrEnum):
    """Where a job was made."""

    CODE = "code"
    RUNTIME = "runtime"


class JobStatus(StrEnum):
    """How a job stands, computed from its definition and its state."""

    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"
    FINISHED = "finished"
    VANISHED = "vanished"
    PROBLEM = "problem"


class Definition(BaseModel):
    """What an author may say of a job besides its name. Times are seconds, memory is MB."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field("", max_length=200)
    description: str = Field("", max_length=10_000)
    job_type: Word = "custom"
    schedule_type: str = "manual"
    schedule_expression: str = Field("", max_length=256)
    timezone: str = Field("UTC", max_length=64)
    anchor: datetime | None = None
    task_name: str = Field(max_length=200, min_length=1)
    task_kwargs: dict[str, Any] = Field(default_factory=dict)
    task_queue: Word = "default"
    task_priority: Count = Field(5, ge=0, le=9)
    is_enabled: bool = True
    timeout: Number = Field(120, ge=0, le=31_536_000, description="seconds; 0 means none")
    memory_limit: Count | None = Field(None, ge=16, description="MB")
    max_retries: Count = Field(0, ge=0, le=1000)
    backoff: Number = Field(1, ge=0, le=86_400, description="seconds before the first retry; doubles")
    backoff_cap: Number = Field(30, ge=0, le=86_400, description="longest wait in seconds")
    retryable: bool = True
    overlap: Overlap = Overlap.SKIP
    misfire: Misfire = Misfire.RUN_ONCE
    grace: Number = Field(60, ge=0, le=86_400, description="seconds that a slot may be planned late")
    catch_up_limit: Count = Field(100, ge=1, le=10_000)
    critical: bool = False
    tags: tuple[Word, ...] = Field((), max_length=50)
    metadata: dict[str, Any] = Field(default_factory=dict)


class JobSpec(Definition):
    """A job as somebody asks for it. One that exists is valid in itself."""

    name: Name

    @model_validator(mode="after")
    def _schedule_parses(self) -> "JobSpec":
        if "${" not in self.schedule_expression:
            _ = self.schedule
        return self

    @property
    def schedule(self) -> Schedule:
        """The schedule value. Raises InvalidSchedule."""
        return Schedule(self.schedule_type, self.schedule_expression, self.timezone, self.anchor)


class JobPatch(BaseModel):
    """The fields of a job to change; a field that is not given stays as it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str | None = None
    description: str | None = None
    job_type: str | None = None
    schedule_type: str | None = None
    schedule_expression: str | None = None
    timezone: str | None = None
    anchor: datetime | None = None
    task_name: str | None = None
    task_kwargs: dict[str, Any] | None = None
    task_queue: str | None = None
    task_priority: Count | None = None
    is_enabled: bool | None = None
    timeout: Number | None = None
    memory_limit: Count | None = None
    max_retries: Count | None = None
    backoff: Number | None = None
    backoff_cap: Number | None = None
    retryable: bool | None = None
    overlap: Overlap | None = None
    misfire: Misfire | None = None
    grace: Number | None = None
    catch_up_limit: Count | None = None
    critical: bool | None = None
    tags: tuple[str, ...] | None = None
    metadata: dict[str, Any] | None = None


class Job(JobSpec):
    """A job as it is stored, with what is computed from its state and its history."""

    id: int
    version: int = 1
    origin: Origin = Origin.RUNTIME
    app: str | None = None
    source: str | None = None
    sources: dict[str, str] = Field(default_factory=dict)
    overrides: dict[str, Any] = Field(default_factory=dict)
    resolved_expression: str = ""
    status: JobStatus = JobStatus.ACTIVE
    problem: str | None = None
    paused_at: datetime | None = None
    paused_until: datetime | None = None
    paused_by: str | None = None
    pause_reason: str | None = None
    next_run: datetime | None = None
    last_slot: datetime | None = None
    last_run: datetime | None = None
    last_status: str | None = None
    last_duration_ms: int | None = None
    total_runs: int = 0
    successful_runs: int = 0
    failed_runs: int = 0
    success_rate: float | None = None
    average_duration_ms: float | None = None
    created_at: datetime | None = None
    created_by: str = "system"
    updated_at: datetime | None = None
    updated_by: str = "system"

    @model_validator(mode="after")
    def _schedule_parses(self) -> "Job":
        """A stored job never fails to load: what is wrong with its schedule is its `problem`."""
        return self

    @field_serializer("task_kwargs", when_used="json")
    def _mask(self, value: dict[str, Any]) -> dict[str, Any]:
        """No face shows a secret."""
        return masked(value)

    @field_serializer("overrides", when_used="json")
    def _mask_overrides(self, value: dict[str, Any]) -> dict[str, Any]:
        return masked_fields(value)

    @property
    def schedule(self) -> Schedule:
        """The schedule value with `${NAME}` replaced. Raises InvalidSchedule."""
        return Schedule(self.schedule_type, self.resolved_expression, self.timezone, self.anchor)


def standing(job: Job, *, vanished: bool) -> JobStatus:
    """How a job stands. What keeps it from running most is told first."""
    if vanished:
        return JobStatus.VANISHED
    if job.problem:
        return JobStatus.PROBLEM
    if not job.is_enabled:
        return JobStatus.DISABLED
    if job.paused_at is not None:
        return JobStatus.PAUSED
    if job.next_run is None and job.schedule_type != "manual":
        return JobStatus.FINISHED
    return JobStatus.ACTIVE


def may_fire(job: Job) -> bool:
    """Whether the scheduler may fire the job at all; its next_run is null otherwise."""
    return (
        job.is_enabled and job.paused_at is None and job.problem is None and job.status != JobStatus.VANISHED
    )
