"""The output of an execution: a range of its lines, or a stream that goes on until it has ended."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request

from rota.api.answers import Line, Lines
from rota.api.route import Asker, Id, Product, Waiters, about
from rota.api.standing import Standing
from rota.app import Rota
from rota.domain.permission import Action
from rota.http import sse
from rota.http.guard import GuardedRoute
from rota.http.hub import Hub
from rota.http.lanes import in_lane
from rota.services import watching
from rota.services.watching import Output

router = APIRouter(prefix="/api/v1/executions", tags=["executions"], route_class=GuardedRoute)

MOST_SEQ = 2**31 - 1
STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Lines; with follow=true a stream of events: `line` with a line each, then `end`",
        "content": {sse.MEDIA_TYPE: {"schema": sse.EVENT}},
    }
}


@router.get("/{execution}/logs", response_model=Lines, **about(
    "Read an execution's output", Action.EXECUTION_READ, 404, answers=STREAM
))  # fmt: skip
async def read_logs(
    execution: Id,
    request: Request,
    rota: Product,
    by: Asker,
    hub: Waiters,
    after: Annotated[int, Query(ge=0, le=MOST_SEQ, description="only what comes after this line")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000, description="how many lines, at most")] = 1000,
    follow: Annotated[bool, Query(description="a stream of events that goes on until it has ended")] = False,
    last_event_id: Annotated[
        str | None, Header(description="resumes a stream after this line", max_length=100)
    ] = None,
) -> Any:
    """What the body printed and logged, line by line, in order."""
    found = await in_lane(_lines, rota, execution, after, limit)
    if not follow:
        return found
    begin = int(last_event_id) if last_event_id and _is_seq(last_event_id) else after
    return sse.stream(_follow(hub, Standing(rota, by, Action.EXECUTION_READ), execution, begin))


def _is_seq(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _lines(rota: Rota, execution: int, after: int, limit: int) -> Lines:
    """Whether it has ended is asked first: what it printed last is written with its ending."""
    asked = rota.executions.get(execution)
    lines = [Line.model_validate(one) for one in rota.executions.lines(execution, after, limit)]
    return Lines(
        lines=lines, next_after=lines[-1].seq if lines else after, ended=asked.is_final and len(lines) < limit,
        output_bytes=asked.output_bytes, output_dropped=asked.output_dropped,
    )  # fmt: skip


async def _follow(hub: Hub, standing: Standing, execution: int, after: int) -> AsyncIterator[bytes]:
    yield sse.heartbeat()
    silent = 0.0
    while await standing.holds():
        found: Output | None = await hub.ask(watching.output, (execution, after), sse.RECHECK)
        silent = silent + sse.RECHECK if found is None else 0.0
        if silent >= sse.HEARTBEAT:
            silent = 0.0
            yield sse.heartbeat(str(after))
        if found is None:
            continue
        for one in found.lines:
            after = one.seq
            yield sse.message("line", Line.model_validate(one).model_dump(mode="json"), str(after))
        if found.ended:
            yield sse.message("end", {"execution": execution}, str(after))
            return
