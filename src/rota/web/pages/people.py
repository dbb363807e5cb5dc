"""Users and tokens, for administrators."""

from collections.abc import Mapping
from types import MappingProxyType

from fastapi import APIRouter
from starlette.responses import Response

from rota.domain.errors import Invalid, RotaError
from rota.domain.permission import Action, Role
from rota.web.door import Form, Page, PageRoute, does
from rota.web.view import View

router = APIRouter(route_class=PageRoute)

SIZE = 100
Given = Mapping[str, str]
NOTHING: Given = MappingProxyType({})


@router.get("/-/users", **does(Action.USER_READ))
def users(view: Page, page: int = 1) -> Response:
    """All of them, by name."""
    return _users(view, page)


def _users(view: View, page: int = 1, problem: RotaError | None = None, given: Given = NOTHING) -> Response:
    if not 1 <= page <= 1000:
        raise Invalid(f"there is no page {page}", fix="begin with page 1")
    found = view.rota.accounts.search(page=page, size=SIZE + 1)
    return view.render(
        "users.html", tab="users", status=422 if problem else 200, users=found[:SIZE], roles=list(Role), page=page,
        problem=problem, given=given, more=page + 1 if len(found) > SIZE else None,
    )  # fmt: skip


@router.post("/-/users", **does(Action.USER_CREATE))
def create(view: Page, form: Form) -> Response:
    """Make a user."""
    name = form.get("name", "").strip()[:200]
    try:
        made = view.rota.accounts.create(
            name, form.get("role", ""), view.actor, password=form.get("password", "")[:1024] or None
        )
    except RotaError as problem:
        return _users(view, problem=problem, given=form)
    return view.go("/-/users", f"{made.name} is {made.role.value} now.")


@router.post("/-/users/{user}/role", **does(Action.USER_SET_ROLE))
def set_role(view: Page, user: int, form: Form) -> Response:
    """Give a user another role."""
    found = view.rota.accounts.set_role(user, form.get("role", ""), view.actor)
    return view.go("/-/users", f"{found.name} is {found.role.value} now.")


@router.post("/-/users/{user}/disable", **does(Action.USER_DISABLE))
def disable(view: Page, user: int) -> Response:
    """Let nobody in by that account."""
    found = view.rota.accounts.disable(user, view.actor)
    return view.go("/-/users", f"{found.name} is disabled: sessions ended, tokens are good for nothing.")


@router.post("/-/users/{user}/enable", **does(Action.USER_ENABLE))
def enable(view: Page, user: int) -> Response:
    """Let the account in again."""
    return view.go("/-/users", f"{view.rota.accounts.enable(user, view.actor).name} is enabled.")


@router.post("/-/users/{user}/password", **does(Action.USER_SET_PASSWORD))
def set_password(view: Page, user: int, form: Form) -> Response:
    """Give a user another password."""
    try:
        found = view.rota.accounts.set_password(user, form.get("password", "")[:1024], view.actor)
    except RotaError as problem:
        return _users(view, problem=problem)
    return view.go("/-/users", f"{found.name} has a new password; all sessions ended.")


@router.get("/-/tokens", **does(Action.TOKEN_READ))
def tokens(view: Page, page: int = 1) -> Response:
    """The tokens of everybody."""
    return _tokens(view, page)


def _tokens(
    view: View,
    page: int = 1,
    problem: RotaError | None = None,
    fresh: str | None = None,
    given: Given = NOTHING,
) -> Response:
    if not 1 <= page <= 1000:
        raise Invalid(f"there is no page {page}", fix="begin with page 1")
    found = view.rota.tokens.search(page=page, size=SIZE + 1)
    return view.render(
        "tokens.html", tab="tokens", status=422 if problem else 200, tokens=found[:SIZE], page=page, problem=problem,
        fresh=fresh, given=given, more=page + 1 if len(found) > SIZE else None,
    )  # fmt: skip


@router.post("/-/tokens", **does(Action.TOKEN_CREATE))
def create_token(view: Page, form: Form) -> Response:
    """A token for a user, shown once."""
    try:
        made = view.rota.tokens.create(
            form.get("name", "").strip()[:100], form.get("user", "").strip(), view.actor,
            scopes=form.get("scopes", "").replace(",", " ").split(),
        )  # fmt: skip
    except RotaError as problem:
        return _tokens(view, problem=problem, given=form)
    return _tokens(view, fresh=made.text)


@router.post("/-/tokens/{token}", **does(Action.TOKEN_REVOKE))
def revoke(view: Page, token: int) -> Response:
    """Let a token be good for nothing."""
    found = view.rota.tokens.revoke(token, view.actor)
    return view.go("/-/tokens", f"{found.name} of {found.user} is good for nothing any more.")
