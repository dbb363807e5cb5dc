"""What can be asked about one job: why it does not run, when it fires, what ran."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from rota.api.answers import Check, ExecutionPage, Explained, Fire, Fires
from rota.api.examples import EXECUTION
from rota.api.executions import Selection, page_of
from rota.api.instants import Instant
from rota.api.route import JobRef, Product, about
from rota.domain.errors import InvalidSchedule
from rota.domain.permission import Action
from rota.domain.schedule import Schedule
from rota.http.guard import GuardedRoute

router = APIRouter(prefix="/api/v1/jobs/{job}", tags=["jobs"], route_class=GuardedRoute)


@router.get("/explain", **about("Explain a job", Action.JOB_READ, 404))
def explain_job(job: JobRef, rota: Product) -> Explained:
    """Why it is, or is not, running: a sentence, and a checklist with what to do."""
    found = rota.explaining.job(job)
    items = [Check.model_validate(item) for item in found.items]
    return Explained(job=found.job.name, ok=found.ok, status=found.status, items=items)


@router.get("/schedule", **about("List a job's next fires", Action.JOB_READ, 404))
def job_schedule(
    job: JobRef,
    rota: Product,
    count: Annotated[int, Query(ge=1, le=1000, description="how many fires")] = 10,
    after: Annotated[Instant | None, Query(description="from when on; default: now")] = None,
) -> Fires:
    """When it fires next, in UTC and by its own clock, with a note on the odd days."""
    found = rota.jobs.get(job)
    told: dict[str, Any] = {
        "job": found.name, "schedule_type": found.schedule_type, "timezone": found.timezone,
        "schedule_expression": found.schedule_expression, "next_run": found.next_run,
    }  # fmt: skip
    try:
        fires = fires_of(found.schedule, after or rota.clock.now(), count)
        said = {"description": found.schedule.explain(), "notes": list(found.schedule.notes())}
    except InvalidSchedule as problem:
        fires, said = [], {"description": str(problem), "notes": []}
    return Fires(**told, **said, next_runs=fires)


def fires_of(schedule: Schedule, after: datetime, count: int) -> list[Fire]:
    """The next fires as an answer shows them."""
    return [Fire(at=one.at, local=one.local, note=one.note) for one in schedule.preview(after, count)]


@router.get("/executions", **about(
    "List a job's executions", Action.EXECUTION_READ, 404, headers={"Link": "the next page"}, repeats=("status",),
    example={"items": [EXECUTION], "next_cursor": None},
))  # fmt: skip
def job_executions(
    job: JobRef,
    request: Request,
    response: Response,
    rota: Product,
    selection: Annotated[Selection, Query()],
) -> ExecutionPage:
    """What ran, what did not, and why; the newest first."""
    return page_of(request, response, rota, rota.jobs.get(job).id, selection)
