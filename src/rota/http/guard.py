"""The door of every route: what the route does is said where it is declared, and nobody gets in without the right."""

from collections.abc import Callable, Coroutine
from inspect import iscoroutinefunction
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from rota.app import Rota
from rota.domain.actor import Actor
from rota.domain.permission import Action, may
from rota.http import strict
from rota.http.identity import Identity, Visitor
from rota.http.lanes import Lanes, in_lane, laned
from rota.http.origin import SAFE, require_intent, require_own
from rota.http.problem import Refusal

ACTION = "x-rota-action"
"""Where a route says, in its part of the OpenAPI document, which action it is; the table of rights is made from it."""

REPEATS = "x-rota-repeats"
"""Where a route names the parameters of its query that may come several times."""

PUBLIC = "public"
"""The action of a route that needs nobody to be signed in. There are few; a test knows them all."""


class Gate:
    """Lets visitors in.

    rota      the product
    identity  finds out who asks
    """

    def __init__(self, rota: Rota, identity: Identity) -> None:
        self.rota, self.identity, self.lanes = rota, identity, Lanes()

    def admit(self, request: Request, action: Action | None, token: str | None = None) -> Visitor | None:
        """Who asks, if he may do `action` (None: anything that needs nobody to be known).

        token  the word that a form sent to show that it is of our own page; a header does as well

        Raises Refusal: 401 for nobody, 403 for a visitor who may not, which is audited.
        """
        if action is None:
            # A link from elsewhere may lead here; it changes nothing, or shows that it was sent from here.
            if request.method not in SAFE:
                require_own(request)
            return None
        visitor = self.identity.of(request)
        if visitor is None:
            raise unknown()
        require_intent(request, visitor, self.rota, token)
        if not may(visitor.actor.role, visitor.actor.scopes, action):
            raise self.denied(visitor.actor, action, request.url.path)
        return visitor

    def denied(self, actor: Actor, action: Action, path: str) -> Refusal:
        """The refusal of somebody who may not, once it is in the audit log."""
        reason = f"{actor.name} ({actor.role.value}) may not {action.value}"
        self.rota.auditing.denied(actor, action, path, reason)
        return Refusal(403, reason, code="denied", fix="ask an administrator for the role or the scope")


def unknown() -> Refusal:
    """The refusal of somebody who is not signed in."""
    fix = "send a token in the header Authorization: Bearer …, or sign in"
    headers = {"WWW-Authenticate": "Bearer"}
    return Refusal(
        401, "this needs somebody who is signed in", code="unauthenticated", fix=fix, headers=headers
    )


class GuardedRoute(APIRoute):
    """A route that says which action it is. One that does not cannot be declared."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        extra = options.get("openapi_extra") or {}
        if ACTION not in extra:
            raise TypeError(f"the route {path} does not say which action it is; declare it by `about(…)`")
        self.repeats = frozenset(extra.get(REPEATS, ()))
        self.action = None if extra[ACTION] == PUBLIC else Action(extra[ACTION])
        super().__init__(path, endpoint if iscoroutinefunction(endpoint) else laned(endpoint), **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind the door."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            gate: Gate = request.app.state.gate
            gate.lanes.choose(request)
            if (
                self.action is None
            ):  # Looks nowhere, so it takes no thread: health is told however busy they are.
                request.state.visitor = gate.admit(request, None)
            else:
                request.state.visitor = await in_lane(gate.admit, request, self.action)
            _check_query(request, self.repeats)
            await _check_body(request)
            return await handle(request)

        return guarded


def _check_query(request: Request, repeats: frozenset[str]) -> None:
    """Raises Refusal for a parameter that stands twice: two readers would take two values for it."""
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name in seen and name not in repeats:
            told = f'the parameter "{name[:100]}" stands twice in the address'
            raise Refusal(400, told, code="duplicate_key", field=name[:100], fix="send it once")
        seen.add(name)


async def _check_body(request: Request) -> None:
    """Raises Refusal for a body that is not plain JSON, of whatever length the server lets through."""
    body = await request.body()
    if not body:
        return
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise Refusal(
            415,
            f'a body of type "{kind or "none"}" is not read here',
            fix="send Content-Type: application/json",
        )
    strict.read(body)
