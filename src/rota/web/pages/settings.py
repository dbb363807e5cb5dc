"""Settings: one's own, those that hold for all jobs, and how this process was set up; each with its source."""

from fastapi import APIRouter
from starlette.responses import Response

from rota.domain.errors import NotFound, RotaError
from rota.domain.job import Overlap
from rota.domain.permission import Action, Role
from rota.web.door import Form, Page, PageRoute, does
from rota.web.times import zones
from rota.web.view import View

router = APIRouter(route_class=PageRoute)

CHOICES: dict[str, list[str]] = {
    "default_overlap": list(Overlap),
    "dashboard_role": list(Role),
    "hold_all": ["false", "true"],
}
"""What a setting that is none of numbers can be."""


@router.get("/-/settings", **does(Action.ME_READ))
def personal(view: Page) -> Response:
    """How pages are shown in this browser, one's password, sessions and tokens."""
    return _personal(view)


def _personal(view: View, problem: RotaError | None = None, fresh: str | None = None) -> Response:
    actor = view.actor
    sessions = view.rota.sessions.of(actor.user_id) if actor.user_id is not None else []
    tokens = view.rota.tokens.search(user=actor.user_id) if actor.user_id is not None else []
    return view.render(
        "settings_personal.html", tab="personal", status=422 if problem else 200, tokens=tokens,
        sessions=[(one, _browser(one.agent)) for one in sessions],
        problem=problem, fresh=fresh, zones=zones(),
    )  # fmt: skip


def _browser(agent: str) -> str:
    """What a browser calls itself, in two words."""
    known = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux")
    name = next((word for mark, word in known if mark in agent), agent[:40] or "A program")
    system = next((word for word in systems if word in agent), None)
    return f"{name} on {system}" if system else name


@router.post("/-/settings/password", **does(Action.ME_PASSWORD))
def change_password(view: Page, form: Form) -> Response:
    """A new password for who knows the old one; all other sessions end."""
    try:
        view.rota.accounts.change_password(
            form.get("current", "")[:1024], form.get("new", "")[:1024], view.actor
        )
    except RotaError as problem:
        return _personal(view, problem)
    return view.go("/-/settings", "Your password is changed; your other sessions have ended.")


@router.post("/-/settings/sessions/{session}", **does(Action.SESSION_OWN))
def end_session(view: Page, session: int) -> Response:
    """End one of one's own sessions."""
    view.rota.sessions.end_one(session, view.actor)
    return view.go("/-/settings", "That session has ended.")


@router.post("/-/settings/tokens", **does(Action.TOKEN_OWN))
def create_token(view: Page, form: Form) -> Response:
    """A token for programs, shown once."""
    if view.actor.user_id is None:
        raise NotFound("who has no account can own no token", fix="sign in as a user")
    try:
        made = view.rota.tokens.create(form.get("name", "").strip()[:100], view.actor.user_id, view.actor)
    except RotaError as problem:
        return _personal(view, problem)
    return _personal(view, fresh=made.text)


@router.post("/-/settings/tokens/{token}", **does(Action.TOKEN_OWN))
def revoke_token(view: Page, token: int) -> Response:
    """Let a token of one's own be good for nothing."""
    view.rota.tokens.revoke(token, view.actor)
    return view.go("/-/settings", "That token is good for nothing any more.")


@router.get("/-/settings/system", **does(Action.CONFIG_READ))
def system(view: Page) -> Response:
    """The settings that hold for all jobs, and those of this process."""
    return _system(view)


def _system(view: View, problem: RotaError | None = None, name: str = "", text: str = "") -> Response:
    given = view.rota.settings
    # Secrets have no place in a printed value either, which is how they are told from the others.
    shown = {
        field: (getattr(given, field), info.description or "")
        for field, info in type(given).model_fields.items()
        if info.repr and view.may("config.set")
    }
    return view.render(
        "settings_system.html", tab="system", status=422 if problem else 200, kept=view.rota.configuration.values(),
        problem=problem, wrong=name, text=text, process=_told(shown),
        set_here=given.model_fields_set, choices=CHOICES,
    )  # fmt: skip


def _told(shown: dict[str, tuple[object, str]]) -> list[tuple[str, str, str]]:
    """Name, value in words, what it is for. Addresses are shown without their passwords."""
    found = []
    for name, (value, told) in shown.items():
        if name.endswith("_url") and isinstance(value, str):
            value = _without_password(value)
        if isinstance(value, list | tuple):
            value = ", ".join(map(str, value))
        if isinstance(value, dict):
            value = ", ".join(f"{key}={one}" for key, one in value.items())
        if isinstance(value, bool):
            value = str(value).lower()
        if not isinstance(value, str | int | float | bool | None):
            value = "set"
        found.append((name, "" if value is None else str(value), told))
    return found


def _without_password(url: str) -> str:
    scheme, mark, rest = url.partition("://")
    who, at, where = rest.rpartition("@")
    return f"{scheme}{mark}{who.partition(':')[0]}{at}{where}" if at else url


@router.post("/-/settings/system", **does(Action.CONFIG_SET))
def change(view: Page, form: Form) -> Response:
    """Set one of those that hold for all jobs, or take it back to its default."""
    name, text = form.get("name", ""), form.get("value", "").strip()
    try:
        view.rota.configuration.set(name, None if "reset" in form else text, view.actor)
    except RotaError as problem:
        return _system(view, problem, name, text)
    return view.go("/-/settings/system", f"{name} is {'as by default' if 'reset' in form else text}.")
