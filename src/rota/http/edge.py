"""The outermost layer of every answer: an id, a host that is ours, headers that keep browsers safe, no traceback."""

import asyncio
import re
import uuid
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rota.http.problem import Problem, Refusal, answer, make
from rota.http.strict import MOST_BYTES, MOST_SECONDS

REQUEST_ID = "X-Request-ID"
HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]/@]+)(?::\d{1,5})?")
GIVEN_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
"""Unless the route says something else of its own."""

HSTS = "max-age=31536000"
ANY = "*"

log = structlog.get_logger("rota.http")


class Edge:
    """Wraps an application.

    hosts    the names under which this server may be called; "*" for any, "*.example.com" for all below
    slashed  the paths that are declared with a slash at their end; every path is accepted both ways
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str], slashed: Iterable[str] = ()) -> None:
        self.app, self.hosts, self.slashed = app, tuple(hosts), frozenset(slashed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or one WebSocket."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self._serve(scope, Incoming(receive), Outgoing(send, scope, request_id))

    async def _serve(self, scope: Scope, receive: Receive, send: "Outgoing") -> None:
        refusal = self._refusal(scope)
        if refusal is not None:
            await send.refuse(receive, refusal)
            return
        self._settle_slash(scope)
        try:
            await self.app(scope, receive, send)
        except ClientDisconnect:
            log.debug("a client left before it was answered", path=scope["path"])
            # An answer that reaches nobody: a middleware of a host around us wants one.
            if not send.begun:
                await send.refuse(receive, make(400, "the client left before it was answered"))
        except Exception:
            # The log has it with the id; nobody outside learns anything of how we are made.
            log.exception("a request failed", method=scope.get("method"), path=scope["path"])
            if send.begun:
                raise
            detail = "something went wrong here, and is in the server's log under the id of this request"
            await send.refuse(receive, make(500, detail, fix="tell whoever runs this server"))

    def _refusal(self, scope: Scope) -> Problem | None:
        host = Headers(scope=scope).get("host", "")
        if not is_allowed(host, self.hosts):
            fix = "call the server by a name in its setting allowed_hosts"
            return make(421, f'this server is not called "{host[:100]}"', fix=fix)
        length = Headers(scope=scope).get("content-length", "0")
        if not length.isdecimal() or int(length[:12]) > MOST_BYTES:
            return too_large().problem
        query = unquote_to_bytes(scope.get("query_string", b""))
        if "\0" in scope["path"] or b"\0" in query:
            return make(400, "the address holds a NUL character", code="malformed", fix="leave it out")
        return None

    def _settle_slash(self, scope: Scope) -> None:
        root = scope.get("root_path", "")
        path = scope["path"]
        inner = path.removeprefix(root) if root else path
        bare = inner.rstrip("/")
        wanted = f"{bare}/" if f"{bare}/" in self.slashed else bare or "/"
        if wanted != inner:
            scope["path"] = f"{path.removesuffix(inner)}{wanted}"
            scope["raw_path"] = scope["path"].encode()


def too_large() -> Refusal:
    """The refusal of a body that is larger than anybody needs."""
    return Refusal(413, f"the body is larger than {MOST_BYTES:,} bytes", fix="send less")


def too_slow() -> Refusal:
    """The refusal of a body that does not come; what may still come of it is not waited for."""
    detail = f"the body had not arrived after {MOST_SECONDS:g} seconds"
    return Refusal(
        408, detail, fix="send the request again, the body at once", headers={"Connection": "close"}
    )


class Incoming:
    """Takes a body in, up to its limits. Raises Refusal: 413 when it is larger, 408 when it takes longer."""

    def __init__(self, receive: Receive) -> None:
        self.receive, self.taken = receive, 0
        self.until: float | None = None
        self.is_whole = False

    async def __call__(self) -> Message:
        """Take the next part; behind the last one, whatever comes, whenever."""
        message = await (self.receive() if self.is_whole else self._in_time())
        if message["type"] == "http.request":
            self.taken += len(message.get("body", b""))
            if self.taken > MOST_BYTES:
                raise too_large()
        self.is_whole = not message.get("more_body", False)
        return message

    async def _in_time(self) -> Message:
        # From when it is asked for: what a request waits for before that is not the sender's doing.
        self.until = self.until or asyncio.get_running_loop().time() + MOST_SECONDS
        try:
            async with asyncio.timeout_at(self.until):
                return await self.receive()
        except TimeoutError:
            raise too_slow() from None


class Outgoing:
    """Sends an answer with the headers that every one has."""

    def __init__(self, send: Send, scope: Scope, request_id: str) -> None:
        self.send, self.scope, self.request_id = send, scope, request_id
        self.begun = False

    async def __call__(self, message: Message) -> None:
        """Send one part."""
        if message["type"] in ("http.response.start", "websocket.accept"):
            self.begun = True
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers[REQUEST_ID] = self.request_id
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if self.scope["scheme"] == "https":
                headers.setdefault("Strict-Transport-Security", HSTS)
        await self.send(message)

    async def refuse(self, receive: Receive, problem: Problem) -> None:
        """Answer with a problem; a WebSocket is turned away."""
        if self.scope["type"] == "websocket":
            await self.send({"type": "websocket.close", "code": 1008, "reason": problem.code})
            return
        await answer(problem, self.request_id)(self.scope, receive, self)


def is_allowed(host: str, allowed: Iterable[str]) -> bool:
    """Whether a Host header, its port aside, is one of the names that are allowed."""
    told = HOST.fullmatch(host)
    if told is None:
        return False
    name = told[1].lower().rstrip(".")
    return any(
        one == ANY or name == one or (one.startswith("*.") and name.endswith(one[1:])) for one in allowed
    )
