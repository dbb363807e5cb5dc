"""The shapes of answers that are not domain models themselves."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from rota.domain.execution import Execution
from rota.domain.job import Job


class Shape(BaseModel):
    """Read from the attributes of what services answer."""

    model_config = ConfigDict(from_attributes=True)


class JobPage(Shape):
    """Some jobs of many."""

    items: list[Job]
    total: int = Field(description="how many match; at least so many where total_exact is false")
    total_exact: bool
    page: int | None = Field(description="the number of this page; null where it was asked for by cursor")
    size: int
    pages: int | None = Field(description="how many pages there are, where that is known")
    next_cursor: str | None = Field(description="asks for the next page; null on the last one")


class ExecutionPage(Shape):
    """Some executions of many, the newest first."""

    items: list[Execution]
    next_cursor: str | None = Field(description="asks for the next, older page; null on the last one")


class Fire(Shape):
    """One fire to come."""

    at: datetime = Field(description="in UTC")
    local: datetime = Field(description="the same instant by the clock of the schedule's zone")
    note: str | None = Field(description="what is odd about that day, such as a time that does not exist")


class Fires(Shape):
    """When a job fires next."""

    job: str
    schedule_type: str
    schedule_expression: str
    timezone: str
    description: str = Field(description="the schedule as a sentence")
    notes: list[str]
    next_run: datetime | None = Field(description="null while the job may not fire")
    next_runs: list[Fire]


class Validated(Shape):
    """Whether a schedule can be, and what it means."""

    valid: bool
    error: str | None = Field(description="what is wrong with it")
    fix: str | None = None
    description: str | None = Field(description="the schedule as a sentence")
    notes: list[str]
    next_run: datetime | None
    next_runs: list[Fire]
    schedule_type: str
    schedule_expression: str
    timezone: str


class Check(Shape):
    """One line of the checklist."""

    name: str
    ok: bool
    text: str
    fix: str | None


class Explained(Shape):
    """Why a job is, or is not, running."""

    job: str
    ok: bool = Field(description="whether nothing is in the way of its next run")
    status: str = Field(description="how it stands, as a sentence")
    items: list[Check]


class Overview(Shape):
    """The numbers of the whole."""

    total_jobs: int
    enabled_jobs: int
    overdue_jobs: int
    jobs_by_status: dict[str, int]
    jobs_by_type: dict[str, int]
    total_runs: int
    successful_runs: int
    failed_runs: int
    success_rate: float | None = Field(description="0 to 1; null before the first run")
    average_duration_ms: float | None
    running: int
    queued: int
    executions_last_24h: dict[str, int]


class Line(Shape):
    """One line of output."""

    seq: int = Field(description="its place, from 1")
    at: datetime
    source: str = Field(description="out, or the level of a log line: debug, info, warning, error")
    text: str


class Lines(Shape):
    """A range of an execution's output."""

    lines: list[Line]
    next_after: int = Field(description="ask for what comes after this line")
    ended: bool = Field(description="whether nothing more will come")
    output_bytes: int = Field(description="how much it printed")
    output_dropped: int = Field(description="how much of that, in the middle, was not kept")


class Task(BaseModel):
    """What jobs can run, as a node published it."""

    model_config = ConfigDict(extra="allow")

    name: str
    title: str = ""
    description: str = ""
    json_schema: dict[str, Any] = Field(
        default_factory=dict, alias="schema", description="the JSON Schema of its arguments"
    )
    timeout: float | None = Field(
        None, description="seconds that its jobs may take unless they say otherwise"
    )
    file: str | None = None
    line: int | None = None


class Node(Shape):
    """A process that takes part."""

    id: int
    name: str
    role: str
    host: str
    pid: int
    version: str
    app: str | None
    queues: list[str]
    slots: int
    status: str
    registered_at: datetime
    beat_at: datetime
    clock_offset_ms: float | None
    alive: bool
    silent_seconds: float


class Setting(Shape):
    """A setting that the database keeps."""

    name: str
    value: Any
    source: str = Field(description="default, database or environment")
    locked: bool = Field(description="whether only the environment can change it")
    description: str
