"""What every route says of itself, and what every route is given."""

from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request

from rota.app import Rota
from rota.domain.actor import Actor
from rota.domain.permission import Action
from rota.http.guard import ACTION, PUBLIC, REPEATS
from rota.http.hub import Hub
from rota.http.problem import TITLES
from rota.http.refusals import MODEL

MOST_ID = 2**63 - 1
"""The largest id that a column holds."""

EVERYWHERE = (400, 401, 403, 421, 422, 429, 500, 503)
"""The refusals that any route may answer with."""


def about(
    summary: str,
    action: Action | None,
    *refusals: int,
    body: bool = False,
    example: Any = None,
    headers: dict[str, str] | None = None,
    status: int = 200,
    answers: dict[int | str, dict[str, Any]] | None = None,
    repeats: tuple[str, ...] = (),
) -> dict[str, Any]:
    """What a route says of itself, for its decorator.

    action    what it does, in the words of the table of rights; None: anybody may
    refusals  the statuses of its own refusals, besides those of every route
    body      whether it reads a body
    example   of an answer
    headers   of the answer, each with what it tells
    answers   other answers than the usual one
    repeats   the parameters of the query that may come several times
    """
    told = {*EVERYWHERE, *refusals, *((408, 413, 415) if body else ())}
    responses: dict[int | str, dict[str, Any]] = {
        number: {"description": TITLES[number], **MODEL} for number in sorted(told)
    }
    good: dict[str, Any] = {}
    if example is not None:
        good["content"] = {"application/json": {"example": example}}
    if headers:
        good["headers"] = {
            name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()
        }
    if good:
        responses[status] = good
    extra: dict[str, Any] = {ACTION: PUBLIC if action is None else action.value}
    if repeats:
        extra[REPEATS] = list(repeats)
    return {
        "summary": summary,
        "status_code": status,
        "responses": {**responses, **(answers or {})},
        "openapi_extra": extra,
    }


async def _rota(request: Request) -> Rota:
    rota: Rota = request.app.state.rota
    return rota


async def _actor(request: Request) -> Actor:
    actor: Actor = request.state.visitor.actor
    return actor


async def _hub(request: Request) -> Hub:
    hub: Hub = request.app.state.hub
    return hub


# They are `async` so that they take no thread.
Product = Annotated[Rota, Depends(_rota)]
Asker = Annotated[Actor, Depends(_actor)]
Waiters = Annotated[Hub, Depends(_hub)]

JobRef = Annotated[
    str,
    Path(
        description="a job's id or name", pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$",
        examples=["nightly_backup"],
    ),
]  # fmt: skip
Id = Annotated[int, Path(ge=1, le=MOST_ID, description="its id", examples=[1])]
Size = Annotated[int, Query(ge=1, le=100, description="how many, at most")]


def location(request: Request, path: str) -> str:
    """The address of something below /api/v1, for the header Location; right under any root path."""
    return f"{request.scope.get('root_path', '')}/api/v1{path}"
