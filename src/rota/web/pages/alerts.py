"""Alerts: the rules, what is muted, and what was sent."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from rota.domain.errors import Invalid
from rota.domain.job import Job
from rota.domain.permission import Action
from rota.web import alerting
from rota.web.door import Form, Page, PageRoute, does
from rota.web.pages.entrance import own_path
from rota.web.pages.job import framed
from rota.web.pages.job_actions import reason_of
from rota.web.view import View

router = APIRouter(route_class=PageRoute)

SIZE, LATEST = 50, 20
MUTES = {"1": "for an hour", "4": "for 4 hours", "8": "for 8 hours", "24": "for a day", "168": "for a week"}
WORDS: dict[str, Any] = {
    name: getattr(alerting, name) for name in ("named", "tells", "which", "of", "pace", "users")
}


@router.get("/-/alerts", **does(Action.ALERT_READ))
def rules(view: Page) -> Response:
    """Who is told what, and what nobody is told for now."""
    alerts = view.rota.alerts
    return view.render(
        "alerts.html", tab="rules", rules=alerts.rules(), channels=alerts.channels.listing(),
        mutes=alerts.mutes(), **WORDS,
    )  # fmt: skip


@router.get("/-/alerts/deliveries", **does(Action.ALERT_READ))
def deliveries(view: Page, before: int | None = None) -> Response:
    """What was sent or waits to be, the newest first."""
    some = view.rota.alerts.deliveries(before_id=before, size=SIZE + 1)
    return view.render(
        "alert_deliveries.html", tab="deliveries", deliveries=some[:SIZE], is_first=before is None,
        mutes=view.rota.alerts.mutes(),
        older=view.here(before=some[SIZE - 1].id) if len(some) > SIZE else None, **WORDS,
    )  # fmt: skip


@router.get("/{job}/alerts", **does(Action.ALERT_READ))
def of_job(job: str, view: Page) -> Response:
    """Who is told of one job, and what was told of it."""
    alerts, found = view.rota.alerts, view.rota.jobs.get(job)
    mute = {one.target: one for one in alerts.mutes()}
    return framed(
        view, found, "alerts", rules=alerts.concerning(found), mutes=_over(mute, found),
        deliveries=alerts.deliveries(size=LATEST, job_id=found.id), **WORDS,
    )  # fmt: skip


def _over(mutes: dict[str, Any], job: Job) -> list[Any]:
    return [mutes[target] for target in ("all", f"job:{job.name}") if target in mutes]


@router.get("/-/alerts/mute", **does(Action.ALERT_MUTE))
def ask_mute(view: Page, target: str = "all") -> Response:
    """For how long, and why?"""
    return view.render("mute.html", target=_known(view, target), mutes=MUTES, back=_back_of(target))


@router.post("/-/alerts/mute", **does(Action.ALERT_MUTE))
def mute(view: Page, form: Form) -> Response:
    """Send nothing for a while."""
    hours, target = form.get("hours", ""), form.get("target", "")
    if hours not in MUTES:
        raise Invalid(f'a mute of "{hours[:20]}" hours is not offered', fix="choose one", field="hours")
    until = view.times.now + timedelta(hours=int(hours))
    made = view.rota.alerts.mute(target, until, view.actor, reason_of(form))
    return view.go(_back_of(target), f"{_words(made.target)} muted until {view.times.clock(made.until)}.")


@router.post("/-/alerts/unmute", **does(Action.ALERT_MUTE))
def unmute(view: Page, form: Form) -> Response:
    """Send again."""
    target = form.get("target", "")
    view.rota.alerts.unmute(target, view.actor)
    return view.go(
        own_path(form.get("next", "")) if "next" in form else "/-/alerts", f"{_words(target)} heard again."
    )


def _known(view: View, target: str) -> str:
    """The target, if there is such a thing. Raises NotFound, Invalid."""
    kind, _, name = target.partition(":")
    if kind == "job" and name:
        view.rota.jobs.get(name)
    elif kind == "rule" and name:
        view.rota.alerts.rule(name)
    elif target != "all":
        raise Invalid(f'"{target[:40]}" cannot be muted', fix="mute all, a job or an alert")
    return target


def _words(target: str) -> str:
    kind, _, name = target.partition(":")
    return (
        "All alerts are" if kind == "all" else f"The alerts of {name} are" if kind == "job" else f"{name} is"
    )


def _back_of(target: str) -> str:
    kind, _, name = target.partition(":")
    return f"/{name}/alerts" if kind == "job" and name else "/-/alerts"
