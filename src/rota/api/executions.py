"""Executions: listed, read, cancelled, tried again."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from rota.api import cursors
from rota.api.answers import ExecutionPage
from rota.api.examples import EXECUTION, QUEUED
from rota.api.instants import Instant
from rota.api.route import MOST_ID, Asker, Id, Product, about, location
from rota.domain.execution import Execution, Status, Trigger
from rota.domain.permission import Action
from rota.http.guard import GuardedRoute
from rota.store.history import Filter

router = APIRouter(prefix="/api/v1/executions", tags=["executions"], route_class=GuardedRoute)


class Selection(BaseModel):
    """Which executions."""

    model_config = ConfigDict(extra="ignore")

    status: list[Status] = Field(
        default_factory=list, description="only these; may be repeated", max_length=10
    )
    trigger: Trigger | None = Field(None, description="only what was asked for so")
    since: Instant | None = Field(None, description="only what was queued since")
    until: Instant | None = Field(None, description="only what was queued before")
    node: int | None = Field(None, ge=1, le=MOST_ID, description="only what this node ran")
    cursor: int | None = Field(None, ge=1, le=MOST_ID, description="next_cursor of the page before")
    size: int = Field(20, ge=1, le=100, description="how many, at most")


class SelectionOfAll(Selection):
    """Which executions, of whatever job."""

    job: str | None = Field(None, description="only of this job, by id or name", max_length=100)


class Cancelling(BaseModel):
    """Why an execution is cancelled."""

    model_config = ConfigDict(extra="forbid")

    reason: str | None = Field(None, max_length=500)


class Retrying(BaseModel):
    """How an execution is run again."""

    model_config = ConfigDict(extra="forbid")

    force: bool = Field(False, description="although its job is disabled or paused")


@router.get("", **about(
    "List executions", Action.EXECUTION_READ, 404, headers={"Link": "the next page"}, repeats=("status",),
    example={"items": [EXECUTION], "next_cursor": "17"},
))  # fmt: skip
def list_executions(
    request: Request,
    response: Response,
    rota: Product,
    selection: Annotated[SelectionOfAll, Query()],
) -> ExecutionPage:
    """What ran, what did not, and why; of all jobs, the newest first. Page on by cursor."""
    job_id = None if selection.job is None else rota.jobs.get(selection.job).id
    return page_of(request, response, rota, job_id, selection)


def page_of(
    request: Request, response: Response, rota: Product, job_id: int | None, selection: Selection
) -> ExecutionPage:
    """One page of the history."""
    size = selection.size
    wanted = Filter(
        job_id=job_id, statuses=selection.status or None, trigger=selection.trigger, since=selection.since,
        until=selection.until, node_id=selection.node, before_id=selection.cursor,
    )  # fmt: skip
    found = rota.executions.search(wanted, size=size + 1)
    following = str(found[size - 1].id) if len(found) > size else None
    cursors.link(request, response, next={"cursor": following} if following else None)
    return ExecutionPage(items=found[:size], next_cursor=following)


@router.get("/{execution}", **about("Get an execution", Action.EXECUTION_READ, 404, example=EXECUTION))
def get_execution(execution: Id, rota: Product) -> Execution:
    """One attempt at one slot or manual run."""
    return rota.executions.get(execution)


@router.post("/{execution}/cancel", **about(
    "Cancel an execution", Action.EXECUTION_CANCEL, 404, 409, body=True, example={**EXECUTION, "status": "cancelled"}
))  # fmt: skip
def cancel_execution(
    execution: Id, rota: Product, by: Asker, cancelling: Cancelling | None = None
) -> Execution:
    """Cancel what is queued at once; ask what runs to stop, and end it if it does not. 409 when it has ended."""
    return rota.executions.cancel(execution, by, reason=cancelling.reason if cancelling else None)


@router.post("/{execution}/retry", **about(
    "Run an execution again", Action.EXECUTION_RETRY, 404, 409, body=True, status=202, example=QUEUED,
    headers={"Location": "the new execution"},
))  # fmt: skip
def retry_execution(
    execution: Id,
    request: Request,
    response: Response,
    rota: Product,
    by: Asker,
    retrying: Retrying | None = None,
) -> Execution:
    """Run an ended execution's job again with the same arguments, as a new run."""
    made = rota.executions.retry(execution, by, force=retrying is not None and retrying.force)
    response.headers["Location"] = location(request, f"/executions/{made}")
    return rota.executions.get(made)
