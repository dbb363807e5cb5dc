"""The door of every page: what it does is said where it is declared; forms come in here; what goes wrong is a page."""

from collections.abc import Callable, Coroutine, Mapping
from inspect import iscoroutinefunction
from typing import Annotated, Any
from urllib.parse import urlencode

import structlog
from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import FormData, ImmutableMultiDict
from starlette.requests import ClientDisconnect

from rota.domain.permission import Action
from rota.http import strict
from rota.http.guard import Gate
from rota.http.identity import Visitor
from rota.http.lanes import in_lane, laned
from rota.http.origin import SAFE
from rota.http.problem import Refusal, make
from rota.http.refusals import KINDS, problem_of
from rota.web.view import View

FORM = "application/x-www-form-urlencoded"
ACTION = "x-rota-action"
TOKEN = "csrf_token"

log = structlog.get_logger("rota.web")


def does(action: Action | None) -> dict[str, Any]:
    """What a page says of itself, for its decorator. action: which right it takes; None: anybody may see it"""
    return {"openapi_extra": {ACTION: action}, "response_model": None}


class PageRoute(APIRoute):
    """A page. One that does not say which right it takes cannot be declared."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        extra = options.get("openapi_extra") or {}
        if ACTION not in extra:
            raise TypeError(f"the page {path} does not say which right it takes; declare it by `does(…)`")
        self.action: Action | None = extra[ACTION]
        super().__init__(path, endpoint if iscoroutinefunction(endpoint) else laned(endpoint), **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind the door."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            request.app.state.gate.lanes.choose(request)
            request.state.view = view = View(request)
            try:
                request.state.form = form = await _form(request)
                await in_lane(_admit, view, self.action, form)
                answer = await handle(request)
            except KINDS as error:
                problem, headers = problem_of(request, error)
                if problem.status == 401 and self.action is not None:
                    return _to_login(view)
                return await in_lane(view.refuse, problem, headers)
            except ClientDisconnect:
                raise
            except Exception:
                log.exception("a page failed", method=request.method, path=request.url.path)
                detail = "something went wrong here, and is in the server's log under the id of this request"
                return await in_lane(view.refuse, make(500, detail, fix="tell whoever runs this server"))
            return view.finish(answer)

        return guarded


def _admit(view: View, action: Action | None, form: Mapping[str, Any]) -> None:
    gate: Gate = view.request.app.state.gate
    token = form.get(TOKEN)
    try:
        view.visitor = gate.admit(view.request, action, token if isinstance(token, str) else None)
    except KINDS:
        view.visitor = _at_home(view)
        raise
    if action is None:
        view.visitor = gate.identity.of(view.request)
    elif not view.actor.role.includes(least := view.request.app.state.least()):
        visitor, view.visitor = view.actor, None
        raise Refusal(
            403, f"{visitor.name} is {visitor.role.value}, and the dashboard is kept to the role {least.value}",
            code="denied", fix="ask an administrator; the command line and the API are open as before",
        )  # fmt: skip


def _at_home(view: View) -> Visitor | None:
    """Who is refused here but may go to other pages: the refusal leads there."""
    state = view.request.app.state
    try:
        visitor: Visitor | None = state.gate.identity.of(view.request)
    except KINDS:
        return None
    return visitor if visitor and visitor.actor.role.includes(state.least()) else None


async def _form(request: Request) -> ImmutableMultiDict[str, str]:
    """The fields of a form; nothing for a request that brings none. Raises Refusal for what is none of ours."""
    if request.method in SAFE or not await request.body():
        return ImmutableMultiDict()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise Refusal(
            415, f'a body of type "{kind or "none"}" is not read here', fix="use the forms of these pages"
        )
    given: FormData = await request.form(max_fields=2000)
    pairs = [(name, value) for name, value in given.multi_items() if isinstance(value, str)]
    for name, value in pairs:
        strict.check_text(name)
        strict.check_text(value)
    return ImmutableMultiDict(pairs)


def _to_login(view: View) -> Response:
    """Where somebody who is not known signs in, to come back here afterwards."""
    back = view.path if view.request.method in SAFE else "/"
    login = view.url("/-/login") + (f"?{urlencode({'next': back})}" if back != "/" else "")
    if view.is_partial:
        return Response(status_code=401, headers={"HX-Redirect": login})
    return Response(status_code=303, headers={"Location": login})


async def _view(request: Request) -> View:
    view: View = request.state.view
    return view


async def _fields(request: Request) -> ImmutableMultiDict[str, str]:
    fields: ImmutableMultiDict[str, str] = request.state.form
    return fields


# They are `async` so that they take no thread.
Page = Annotated[View, Depends(_view)]
Form = Annotated[ImmutableMultiDict[str, str], Depends(_fields)]
