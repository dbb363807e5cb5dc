"""What changes, as it changes: server-sent events, and the same on a WebSocket. Both resume where they broke off."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from rota.api.route import Asker, Product, Waiters, about
from rota.api.standing import Standing
from rota.app import Rota
from rota.domain.actor import Actor
from rota.domain.errors import Denied
from rota.domain.permission import Action, may
from rota.http import sse
from rota.http.guard import Gate, GuardedRoute
from rota.http.hub import Closed, Hub
from rota.http.identity import address, request_id
from rota.http.origin import is_foreign
from rota.services import watching
from rota.store.events import KEPT, Event, Position

router = APIRouter(prefix="/api/v1", tags=["events"], route_class=GuardedRoute)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
CHATTER = 100
"""How many messages a WebSocket may send; they are not read, so there is nothing to say."""

STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A stream of events: `ready` first, then `execution`, `job`, `node`; `reset` when it cannot "
        "resume, and everything has to be read anew",
        "content": {sse.MEDIA_TYPE: {"schema": sse.EVENT}},
    }
}


class Ticket(BaseModel):
    """What opens one WebSocket, once."""

    ticket: str
    expires_in: int = Field(30, description="seconds")


def write(position: Position) -> str:
    """The id of an event: opaque to who resumes from it."""
    return f"{position.xid}-{position.id}-{(position.at - EPOCH) // MILLISECOND}"


def read(text: str) -> Position | None:
    """The position of an id, None for what is none."""
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        return None
    xid, id_, at = map(int, parts)
    try:
        return Position(xid, id_, EPOCH + at * MILLISECOND)
    except OverflowError:
        return None


class Following:
    """One listener: where it stands, and what it is told next.

    resume  the id of the last event that it has seen, or None
    """

    def __init__(self, rota: Rota, hub: Hub, actor: Actor, resume: str | None) -> None:
        self.rota, self.hub, self.resume = rota, hub, resume
        self.standing = Standing(rota, actor, Action.EVENT_READ)

    async def told(self) -> AsyncIterator[tuple[str | None, dict[str, Any], str]]:
        """(kind, data, id) of each event, the kind None for a heartbeat. Ends when the listener no longer may."""
        position, kind = await run_in_threadpool(self._begin)
        yield kind, {}, write(position)
        silent = 0.0
        while await self.standing.holds():
            found: list[Event] | None = await self.hub.ask(watching.news, position, sse.RECHECK)
            silent = silent + sse.RECHECK if found is None else 0.0
            for event in found or ():
                position = event.position
                yield event.kind, event.data, write(position)
            if silent >= sse.HEARTBEAT:
                silent = 0.0
                # So long nothing came: who resumes from here has missed nothing until now.
                yield None, {}, write(Position(position.xid, position.id, self.rota.clock.now()))

    def _begin(self) -> tuple[Position, str]:
        now = self.rota.clock.now()
        asked = read(self.resume) if self.resume else None
        if asked is not None and now - KEPT <= asked.at <= now + KEPT:
            return asked, "ready"
        with self.rota.db.read() as conn:
            return watching.here(conn, now), "reset" if self.resume else "ready"


@router.get("/events", response_model=None, **about("Follow what changes", Action.EVENT_READ, answers=STREAM))
async def events(
    rota: Product,
    by: Asker,
    hub: Waiters,
    last_event_id: Annotated[
        str | None, Header(description="the id of the last event seen, to miss none", max_length=200)
    ] = None,
) -> Any:
    """Executions, jobs and nodes that changed, as server-sent events. A heartbeat comes every 15 s. An event may come
    again after a break: its id tells.
    """
    return sse.stream(_chunks(Following(rota, hub, by, last_event_id)))


async def _chunks(following: Following) -> AsyncIterator[bytes]:
    async for kind, data, id_ in following.told():
        yield sse.heartbeat(id_) if kind is None else sse.message(kind, data, id_)


@router.post("/ws/ticket", **about("Get a ticket for a WebSocket", Action.EVENT_READ, 409))
def ticket(rota: Product, by: Asker) -> Ticket:
    """A word that opens one WebSocket within 30 seconds, for programs that cannot send a header along with it."""
    return Ticket(ticket=rota.sessions.ticket(by), expires_in=30)


@router.websocket("/ws")
async def websocket(
    socket: WebSocket,
    ticket: Annotated[str | None, Query(max_length=200)] = None,
    last_event_id: Annotated[str | None, Query(max_length=200)] = None,
) -> None:
    """The events of GET /events as JSON: {"id", "event", "data"}; "heartbeat" is an event too."""
    gate: Gate = socket.app.state.gate
    actor = await run_in_threadpool(_who, gate, socket, ticket)
    if actor is None:
        await socket.close(1008, "not allowed")
        return
    await socket.accept()
    following = Following(gate.rota, socket.app.state.hub, actor, last_event_id)
    tasks = [asyncio.create_task(_send(socket, following)), asyncio.create_task(_listen(socket))]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _who(gate: Gate, socket: WebSocket, given: str | None) -> Actor | None:
    """Who opens it: by a ticket, by a header, or by a cookie from a page of our own."""
    if given is not None:
        actor = gate.rota.sessions.admit(given, address=address(socket), request_id=request_id(socket))
    else:
        try:
            visitor = gate.identity.of(socket)
        except Denied:
            return None
        if visitor is None or (not visitor.by_header and _is_strange(socket)):
            return None
        actor = visitor.actor
    if actor is None or not may(actor.role, actor.scopes, Action.EVENT_READ):
        return None
    return actor


def _is_strange(socket: WebSocket) -> bool:
    """A browser always says where the page came from; who does not say it is not let in by a cookie."""
    return socket.headers.get("origin") is None or is_foreign(socket)


async def _send(socket: WebSocket, following: Following) -> None:
    try:
        async for kind, data, id_ in following.told():
            await socket.send_json({"id": id_, "event": kind or "heartbeat", "data": data})
        await socket.close(1008, "not allowed any more")
    except Closed:
        await socket.close(1012, "the server ends")
    except (WebSocketDisconnect, RuntimeError):
        return


async def _listen(socket: WebSocket) -> None:
    """Until the other side goes away, or talks too much."""
    for _ in range(CHATTER):
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
    await socket.close(1008, "this socket only tells")
