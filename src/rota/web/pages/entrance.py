"""Signing in and out, and the first administrator."""

import re

from fastapi import APIRouter
from starlette.responses import Response

from rota.domain.errors import RotaError
from rota.domain.permission import Action
from rota.http.entering import begin
from rota.http.identity import address, clear_cookie, request_id
from rota.http.refusals import problem_of
from rota.web.door import Form, Page, PageRoute, does

router = APIRouter(route_class=PageRoute)

OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
"""A path on this server: no other one's name, no control character, no backslash."""


@router.get("/-/login", **does(None))
def login(view: Page, next: str = "/") -> Response:
    """Who are you?"""
    if view.visitor is not None:
        return view.go(own_path(next))
    return view.render("login.html", next=own_path(next), problem=None, name="")


@router.post("/-/login", **does(None))
def sign_in(view: Page, form: Form) -> Response:
    """Begin a session."""
    name, back = form.get("name", "")[:200], own_path(form.get("next", "/"))
    request = view.request
    try:
        user = view.rota.entrance.authenticate(
            name, form.get("password", "")[:1024], address=address(request), request_id=request_id(request)
        )
    except RotaError as error:
        problem, headers = problem_of(request, error)
        answer = view.render("login.html", status=problem.status, next=back, problem=problem, name=name)
        answer.headers.update(headers)
        return answer
    answer = view.go(back)
    begin(request, answer, view.rota, user)
    return answer


@router.post("/-/logout", **does(Action.ME_READ))
def sign_out(view: Page) -> Response:
    """End this session."""
    answer = view.go("/-/login")
    if view.visitor and view.visitor.secret is not None:
        view.rota.sessions.end(view.visitor.secret, view.actor)
    clear_cookie(view.request, answer)
    return answer


@router.get("/-/first", **does(None))
def first(view: Page, secret: str = "") -> Response:
    """Where the address leads that `rota serve` prints on an empty database. One that is no good asks for nothing."""
    if secret:
        view.rota.entrance.require_link(secret[:200])
    return view.render("first.html", secret=secret[:200], problem=None, name="")


@router.post("/-/first", **does(None))
def first_admin(view: Page, form: Form) -> Response:
    """Make the first administrator, and sign in."""
    secret, name, request = form.get("secret", "")[:200], form.get("name", "")[:200], view.request
    try:
        user = view.rota.entrance.redeem(
            secret, name, form.get("password", "")[:1024], address=address(request)
        )
    except RotaError as error:
        problem, _ = problem_of(request, error)
        return view.render("first.html", status=problem.status, secret=secret, problem=problem, name=name)
    answer = view.go("/", f"Welcome, {user.name}. You are the administrator.")
    begin(request, answer, view.rota, user)
    return answer


def own_path(path: str) -> str:
    """A path of ours to come back to; the first page for anything else."""
    return path if OWN_PATH.fullmatch(path) and not path.startswith("/-/log") else "/"
