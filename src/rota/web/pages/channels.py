"""Channels: where alerts go; made, changed, tried and taken away. Their addresses are never shown."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import Response

from rota.domain.alert import Channel, ChannelPatch, ChannelSpec
from rota.domain.errors import RotaError
from rota.domain.permission import Action
from rota.web.definition_form import Errors, note
from rota.web.door import Form, Page, PageRoute, does
from rota.web.pages.alerts import WORDS
from rota.web.view import View

router = APIRouter(route_class=PageRoute)

BASE = "/-/alerts/channels"
HINTS = {
    "name": "a name begins with a letter or _, then letters, digits, _ . or -; at most 100 characters",
    "url": "give an address, or env:NAME",
}


@router.get(BASE, **does(Action.CHANNEL_READ))
def channels(view: Page) -> Response:
    """All of them, how each fares, and a form for another."""
    return _channels(view)


def _channels(
    view: View, typed: Mapping[str, str] | None = None, errors: Errors | None = None,
    problem: RotaError | None = None,
) -> Response:  # fmt: skip
    alerts = view.rota.alerts
    status = 422 if errors else 409 if problem else 200
    return view.render(
        "channels.html", tab="channels", status=status, channels=alerts.channels.listing(), rules=alerts.rules(),
        mutes=alerts.mutes(), typed=typed or {}, errors=errors or {}, problem=problem, **WORDS,
    )  # fmt: skip


@router.post(BASE, **does(Action.CHANNEL_CREATE))
def create(view: Page, form: Form) -> Response:
    """Make a channel."""
    errors: Errors = {}
    try:
        made = view.rota.alerts.channels.create(ChannelSpec(**_given(form, "name")), view.actor)
        return view.go(BASE, f"{made.name} is made. Send it a test.")
    except ValidationError as error:
        _note(errors, error)
    except RotaError as error:
        note(errors, error)
    return _channels(view, form, errors)


@router.post(BASE + "/{channel}/test", **does(Action.CHANNEL_TEST))
def test(channel: str, view: Page) -> Response:
    """Send a message there now; what goes wrong is told."""
    try:
        found = view.rota.alerts.channels.test(channel, view.actor)
    except RotaError as problem:
        if problem.code != "undelivered":
            raise
        return _channels(view, problem=problem)
    return view.go(BASE, f"{found.name} took the message.")


@router.get(BASE + "/{channel}", **does(Action.CHANNEL_UPDATE))
def edit(channel: str, view: Page) -> Response:
    """Another address or signature."""
    found = view.rota.alerts.channels.get(channel)
    return _edit(view, found, {"kind": found.kind.value, "url": found.reference or ""}, {})


def _edit(view: View, channel: Channel, typed: Mapping[str, str], errors: Errors) -> Response:
    status = 422 if errors else 200
    return view.render("channel_edit.html", status=status, channel=channel, typed=typed, errors=errors)


@router.post(BASE + "/{channel}", **does(Action.CHANNEL_UPDATE))
def change(channel: str, view: Page, form: Form) -> Response:
    """Save what was typed; an empty field keeps what there is."""
    found = view.rota.alerts.channels.get(channel)
    given = {name: value for name, value in _given(form).items() if value is not None}
    if given.get("kind") == found.kind:
        del given["kind"]
    if "unsigned" in form:
        given["secret"] = None
    errors: Errors = {}
    try:
        view.rota.alerts.channels.update(found.id, ChannelPatch(**given), view.actor)
        return view.go(BASE, f"{found.name} is saved. Send it a test.")
    except ValidationError as error:
        _note(errors, error)
    except RotaError as error:
        note(errors, error)
    return _edit(view, found, form, errors)


def _given(form: Mapping[str, str], *more: str) -> dict[str, Any]:
    return {name: form.get(name, "").strip() or None for name in (*more, "kind", "url", "secret")}


def _note(errors: Errors, error: ValidationError) -> None:
    for one in error.errors(include_url=False):
        field = str(one["loc"][0]) if one["loc"] else "url"
        errors.setdefault(field, HINTS.get(field, str(one["msg"])))


@router.get(BASE + "/{channel}/delete", **does(Action.CHANNEL_DELETE))
def ask_delete(channel: str, view: Page) -> Response:
    """Sure?"""
    found = view.rota.alerts.channels.get(channel)
    using = [rule.name for rule in view.rota.alerts.rules() if found.name in rule.channels]
    return view.render("alert_delete.html", rule=None, channel=found, using=using, **WORDS)


@router.post(BASE + "/{channel}/delete", **does(Action.CHANNEL_DELETE))
def delete(channel: str, view: Page) -> Response:
    """Take it away, with what waits for it."""
    view.rota.alerts.channels.delete(channel, view.actor)
    return view.go(BASE, f"{channel} is deleted.")
