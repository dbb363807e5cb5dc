"""All that the author of a job imports. `rota` itself offers the same names."""

from rota.sdk.application import Application
from rota.sdk.context import JobContext, Link, RecordingContext
from rota.sdk.declaration import OFFERED, Declaration, Options, declarations_of, job, offered_by, task
from rota.sdk.log import Log
from rota.sdk.outcome import DoNotRetry, JobResult, Retry, Stopped
from rota.sdk.secret import Secret

__all__ = [
    "OFFERED",
    "Application",
    "Declaration",
    "DoNotRetry",
    "JobContext",
    "JobResult",
    "Link",
    "Log",
    "Options",
    "RecordingContext",
    "Retry",
    "Secret",
    "Stopped",
    "declarations_of",
    "job",
    "offered_by",
    "task",
]
