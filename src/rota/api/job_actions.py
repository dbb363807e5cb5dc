"""What is done to a job: run, paused, resumed, enabled, disabled; its older versions."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from rota.api.examples import EXECUTE, EXECUTION, JOB, QUEUED
from rota.api.instants import Instant
from rota.api.route import Asker, JobRef, Product, Waiters, about, location
from rota.domain.execution import Execution, Trigger
from rota.domain.job import Job
from rota.domain.permission import Action
from rota.http.guard import GuardedRoute
from rota.http.hub import Closed
from rota.http.lanes import in_lane
from rota.services import watching
from rota.services.executions import Once

router = APIRouter(prefix="/api/v1/jobs/{job}", tags=["jobs"], route_class=GuardedRoute)

LONGEST_WAIT = 300
VersionNumber = Annotated[int, Path(ge=1, le=2**31 - 1, description="the number of a version", examples=[1])]


class Run(BaseModel):
    """How a job is to be run this once."""

    model_config = ConfigDict(extra="forbid")

    force: bool = Field(
        False, description="although it is disabled or paused; never in spite of its overlap policy"
    )
    override_kwargs: dict[str, Any] | None = Field(
        None, description="arguments that replace the job's own of the same name, for this run"
    )


class Pause(BaseModel):
    """Why a job is held, and until when."""

    model_config = ConfigDict(extra="forbid")

    reason: str | None = Field(None, max_length=500)
    until: Instant | None = Field(None, description="when it resumes by itself")


class Version(BaseModel):
    """A job as it was once saved."""

    version: int
    saved_at: datetime
    saved_by: str
    spec: dict[str, Any] = Field(description="its definition, secrets masked")


@router.post("/execute", **about(
    "Run a job now", Action.JOB_EXECUTE, 404, 409, body=True, status=202, example=QUEUED,
    headers={"Location": "the execution"},
    answers={200: {"description": "It has ended within the wait", "model": Execution,
                   "content": {"application/json": {"example": EXECUTION}}}},
))  # fmt: skip
async def execute_job(
    job: JobRef,
    request: Request,
    response: Response,
    rota: Product,
    by: Asker,
    hub: Waiters,
    run: Annotated[Run | None, EXECUTE] = None,
    idempotency_key: Annotated[
        str | None,
        Header(description="a word of your own: the same again, within a day, is the same run", min_length=1,
               max_length=200, pattern=r"^[\x21-\x7e]+$"),
    ] = None,
    wait: Annotated[
        float, Query(ge=0, le=LONGEST_WAIT, description="wait at most so many seconds until it has ended")
    ] = 0,
) -> Execution:  # fmt: skip
    """Queue one run. 202 tells that it is queued or still runs, 200 that it has ended; 409 that the job is disabled,
    paused, or may not overlap with what runs.
    """
    asked = run or Run()
    execution = await in_lane(_execute, rota, job, by, asked, idempotency_key)
    if wait and not execution.is_final:
        with suppress(Closed):
            await hub.ask(watching.ended, execution.id, wait)
        execution = await in_lane(rota.executions.get, execution.id)
    response.headers["Location"] = location(request, f"/executions/{execution.id}")
    if execution.is_final:
        response.status_code = 200
    return execution


def _execute(rota: Product, job: str, by: Asker, run: Run, key: str | None) -> Execution:
    once = None if key is None else Once(key, f"execute {job} {run.model_dump_json()}")
    made = rota.executions.execute(
        job, by, kwargs=run.override_kwargs, force=run.force, trigger=Trigger.API, once=once
    )
    return rota.executions.get(made)


@router.post("/pause", **about("Pause a job", Action.JOB_PAUSE, 404, 409, body=True, example=JOB))
def pause_job(job: JobRef, rota: Product, by: Asker, pause: Pause | None = None) -> Job:
    """Hold a job, and what it has queued, with a reason; what runs, finishes."""
    asked = pause or Pause()
    return rota.holds.pause(job, by, reason=asked.reason, until=asked.until)


@router.post("/resume", **about("Resume a job", Action.JOB_RESUME, 404, 409, example=JOB))
def resume_job(job: JobRef, rota: Product, by: Asker) -> Job:
    """End a pause. Nothing fires for the past: the paused time is one skipped row in the history."""
    return rota.holds.resume(job, by)


@router.post("/enable", **about("Enable a job", Action.JOB_ENABLE, 404, 409, example=JOB))
def enable_job(job: JobRef, rota: Product, by: Asker) -> Job:
    """Let a job fire from now on."""
    return rota.holds.enable(job, by)


@router.post("/disable", **about("Disable a job", Action.JOB_DISABLE, 404, 409, example=JOB))
def disable_job(job: JobRef, rota: Product, by: Asker) -> Job:
    """Stop firing a job, and hold what it has queued; what runs, finishes."""
    return rota.holds.disable(job, by)


@router.get("/versions", **about("List the versions of a job", Action.JOB_READ, 404))
def list_versions(job: JobRef, rota: Product) -> list[Version]:
    """Every version of its definition that was saved, the newest first."""
    return [
        Version(version=one.version, saved_at=one.saved_at, saved_by=one.saved_by, spec=one.spec)
        for one in rota.jobs.versions(job)
    ]


@router.post("/versions/{version}/restore", **about(
    "Restore a version of a job", Action.JOB_RESTORE, 404, 409, example=JOB
))  # fmt: skip
def restore_version(job: JobRef, version: VersionNumber, rota: Product, by: Asker) -> Job:
    """Save an older definition as the newest version."""
    return rota.jobs.restore(job, version, by)
