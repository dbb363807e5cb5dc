"""All jobs at once: what is overdue, the numbers of the whole; and schedules before there is a job."""

import hashlib
import threading
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from rota.api.answers import Overview, Validated
from rota.api.examples import JOB, VALIDATE, VALIDATED
from rota.api.instants import Instant
from rota.api.job_facts import fires_of
from rota.api.route import Product, Size, about
from rota.domain.clock import Clock
from rota.domain.errors import InvalidSchedule
from rota.domain.job import Count, Job
from rota.domain.permission import Action
from rota.domain.schedule import Schedule, check_new
from rota.domain.substitution import substitute
from rota.http.guard import GuardedRoute
from rota.services.statistics import Statistics
from rota.store.jobs import Filter

router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"], route_class=GuardedRoute)

FRESH = 1.0
"""Seconds for which the overview is not computed anew."""


class Asked(BaseModel):
    """A schedule, to be checked."""

    model_config = ConfigDict(extra="forbid")

    schedule_type: str = Field(max_length=100)
    schedule_expression: str = Field("", max_length=10_000)
    timezone: str = Field("UTC", max_length=100)
    after: Instant | None = Field(None, description="from when on to show fires; default: now")
    count: Count = Field(5, ge=0, le=1000, description="how many fires to show")


class Cached:
    """The overview as it was a moment ago, for everybody who asks meanwhile."""

    def __init__(self, statistics: Statistics, clock: Clock) -> None:
        self.statistics, self.clock = statistics, clock
        self._lock = threading.Lock()
        self._made: tuple[float, Overview, str] | None = None

    def read(self) -> tuple[Overview, str]:
        """The numbers and their ETag."""
        with self._lock:
            now = self.clock.monotonic()
            if self._made is None or now - self._made[0] >= FRESH:
                found = Overview.model_validate(self.statistics.overview())
                tag = hashlib.sha256(found.model_dump_json().encode()).hexdigest()[:32]
                self._made = (now, found, f'"{tag}"')
            return self._made[1], self._made[2]


@router.get("/overdue/list", **about("List overdue jobs", Action.JOB_READ, example=[JOB]))
def overdue_jobs(rota: Product, size: Size = 100) -> list[Job]:
    """The jobs whose time has passed, beyond their grace, without a run."""
    return rota.jobs.search(Filter(overdue_at=rota.clock.now()), size=size)


@router.get("/stats/overview", response_model=Overview, **about(
    "Count jobs and executions", Action.JOB_READ, headers={"ETag": "of these numbers, for If-None-Match"},
    answers={304: {"description": "The numbers are as you have them"}},
))  # fmt: skip
def stats_overview(
    request: Request,
    response: Response,
    if_none_match: Annotated[
        str | None, Header(max_length=2000, description="the ETag of what you have")
    ] = None,
) -> Any:
    """How many jobs there are, how they stand, how executions went. At most a second old."""
    cached: Cached = request.app.state.overview
    found, tag = cached.read()
    if if_none_match is not None and tag in [one.strip() for one in if_none_match.split(",")]:
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return found


@router.post("/validate-schedule", **about("Check a schedule", Action.JOB_READ, body=True, example=VALIDATED))
def validate_schedule(asked: Annotated[Asked, VALIDATE], rota: Product) -> Validated:
    """Whether a schedule can be, what it means as a sentence, and when it would fire. 200 in either case."""
    said: dict[str, Any] = asked.model_dump(include={"schedule_type", "schedule_expression", "timezone"})
    now = rota.clock.now()
    try:
        resolved = substitute(asked.schedule_expression, rota.environ, rota.settings.schedule_env)
        schedule = Schedule(asked.schedule_type, resolved, asked.timezone)
        notes = check_new(schedule, now)
    except InvalidSchedule as problem:
        return Validated(
            valid=False, error=problem.message, fix=problem.fix, description=None, notes=[], next_run=None,
            next_runs=[], **said,
        )  # fmt: skip
    fires = fires_of(schedule, asked.after or now, asked.count)
    following = schedule.next_after(asked.after or now)
    return Validated(
        valid=True, error=None, description=schedule.explain(), notes=list(notes), next_run=following,
        next_runs=fires, **said,
    )  # fmt: skip
