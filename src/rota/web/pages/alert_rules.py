"""One alert: made, changed, switched on and off, taken away."""

from dataclasses import dataclass, field

from fastapi import APIRouter
from starlette.datastructures import ImmutableMultiDict
from starlette.responses import Response

from rota.domain.alert import Rule, RuleSpec, Scope
from rota.domain.errors import NotFound, RotaError
from rota.domain.permission import Action
from rota.web import alerting
from rota.web.definition_form import Errors, note
from rota.web.door import Form, Page, PageRoute, does
from rota.web.pages.alerts import WORDS
from rota.web.view import View

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as it stands. rule: the one that is changed, None for a new one"""

    typed: ImmutableMultiDict[str, str]
    rule: Rule | None = None
    errors: Errors = field(default_factory=dict)


@router.get("/-/alerts/new", **does(Action.ALERT_CREATE))
def new(view: Page, job: str = "") -> Response:
    """An empty form. job: of that job"""
    channels = [one.name for one in view.rota.alerts.channels.listing()]
    usual = RuleSpec(name="_", channels=("_",), scope=Scope.JOB if job else Scope.ALL, target=job or None)
    typed = [pair for pair in alerting.typed_of(usual).multi_items() if pair[0] not in ("name", "channels")]
    typed += [("name", f"{job}_alert"[:100])] * bool(job) + [
        ("channels", one) for one in channels if len(channels) == 1
    ]
    return _form(view, Draft(ImmutableMultiDict(typed)))


@router.post("/-/alerts/new", **does(Action.ALERT_CREATE))
def create(view: Page, form: Form) -> Response:
    """Make it; or show the form again with what is wrong, and all that was typed."""
    spec, errors = alerting.read(form)
    if "preview" in form:
        return _form(view, Draft(form))
    if spec is not None:
        try:
            made = view.rota.alerts.create(spec, view.actor)
            return view.go("/-/alerts", f"{made.name} tells {', '.join(made.channels)}.")
        except RotaError as error:
            _note(errors, error)
    return _form(view, Draft(form, None, errors))


@router.get("/-/alerts/rules/{rule}", **does(Action.ALERT_UPDATE))
def edit(rule: str, view: Page) -> Response:
    """The form of a rule that is there."""
    found = view.rota.alerts.rule(rule)
    return _form(view, Draft(alerting.typed_of(found), found))


@router.post("/-/alerts/rules/{rule}", **does(Action.ALERT_UPDATE))
def change(rule: str, view: Page, form: Form) -> Response:
    """Save it; what went out stays as it was."""
    found = view.rota.alerts.rule(rule)
    pairs = [pair for pair in form.multi_items() if pair[0] != "name"]
    typed = ImmutableMultiDict([*pairs, ("name", found.name)])
    spec, errors = alerting.read(typed)
    if "preview" in form:
        return _form(view, Draft(typed, found))
    if spec is not None:
        try:
            view.rota.alerts.update(found.id, spec, view.actor)
            return view.go("/-/alerts", f"{found.name} is saved.")
        except RotaError as error:
            _note(errors, error)
    return _form(view, Draft(typed, found, errors))


def _note(errors: Errors, error: RotaError) -> None:
    """A job or a channel that is not there stands beside the field that names it."""
    if isinstance(error, NotFound):
        errors["target" if str(error).startswith("no job") else "channels"] = str(error)
    else:
        note(errors, error)


def _form(view: View, draft: Draft) -> Response:
    spec, _ = alerting.read(ImmutableMultiDict([*draft.typed.multi_items(), ("name", "_")]))
    return view.render(
        "alert_edit.html", status=422 if draft.errors else 200, draft=draft, typed=draft.typed, errors=draft.errors,
        spec=spec, kinds=alerting.KINDS, modes=alerting.MODES, scopes=alerting.SCOPES,
        channels=view.rota.alerts.channels.listing(), **WORDS,
    )  # fmt: skip


@router.post("/-/alerts/rules/{rule}/enable", **does(Action.ALERT_UPDATE))
def enable(rule: str, view: Page) -> Response:
    """Let it tell things."""
    return view.go("/-/alerts", f"{view.rota.alerts.switch(rule, True, view.actor).name} is on.")


@router.post("/-/alerts/rules/{rule}/disable", **does(Action.ALERT_UPDATE))
def disable(rule: str, view: Page) -> Response:
    """Let it tell nothing until it is switched on again."""
    return view.go("/-/alerts", f"{view.rota.alerts.switch(rule, False, view.actor).name} is off.")


@router.get("/-/alerts/rules/{rule}/delete", **does(Action.ALERT_DELETE))
def ask_delete(rule: str, view: Page) -> Response:
    """Sure?"""
    return view.render("alert_delete.html", rule=view.rota.alerts.rule(rule), channel=None, **WORDS)


@router.post("/-/alerts/rules/{rule}/delete", **does(Action.ALERT_DELETE))
def delete(rule: str, view: Page) -> Response:
    """Take it away, with what it has not sent."""
    view.rota.alerts.delete(rule, view.actor)
    return view.go("/-/alerts", f"{rule} is deleted.")
