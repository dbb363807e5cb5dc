"""Alerts: rules, what is muted, and what was sent."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from rota.api.instants import Instant
from rota.api.route import MOST_ID, Asker, Product, Size, about
from rota.domain.alert import Mute, Rule, RuleSpec
from rota.domain.permission import Action
from rota.http.guard import GuardedRoute

router = APIRouter(prefix="/api/v1/alerts", tags=["alerts"], route_class=GuardedRoute)

RULE = {
    "id": 1, "name": "backups", "kinds": ["failed", "timed_out", "lost", "recovered"], "scope": "tag",
    "target": "backup", "channels": ["ops_mail"], "mode": "each", "streak": 1, "critical": False, "seconds": 600,
    "throttle": 60, "is_enabled": True, "muted_until": None, "created_at": "2026-03-01T09:00:00Z", "created_by": "ana",
}  # fmt: skip
MUTE = {
    "target": "job:nightly_backup",
    "until": "2026-03-01T12:00:00Z",
    "reason": "disk is changed",
    "by": "ana",
}
NEW = {"name": "backups", "scope": "tag", "target": "backup", "channels": ["ops_mail"]}

AlertRef = Annotated[str, Path(max_length=110, description="an alert's id or name", examples=["backups"])]
Target = Annotated[str, Path(max_length=110, description="as it was muted", examples=["job:nightly_backup"])]


class NewMute(BaseModel):
    """What to say nothing about, and until when."""

    model_config = ConfigDict(extra="forbid")

    target: str = Field(max_length=110, description='"all", "job:NAME" or "rule:NAME"')
    until: Instant
    reason: str | None = Field(None, max_length=500)


class Delivered(BaseModel):
    """One thing that happened, told (or to be told) to one channel."""

    id: int
    kind: str
    job: str | None
    execution_id: int | None
    channel: str
    rule: str | None
    message_id: str | None = Field(description="the message that it went in, however often that was sent")
    attempts: int
    created_at: Instant
    sent_at: Instant | None


@router.get("", **about("List alerts", Action.ALERT_READ, example=[RULE]))
def list_alerts(rota: Product) -> list[Rule]:
    """The rules, by name."""
    return rota.alerts.rules()


@router.post(
    "", **about("Create an alert", Action.ALERT_CREATE, 404, 409, body=True, status=201, example=RULE)
)
def create_alert(spec: Annotated[RuleSpec, Body(examples=[NEW])], rota: Product, by: Asker) -> Rule:
    """Say what is told to whom."""
    return rota.alerts.create(spec, by)


@router.get("/mutes", **about("List mutes", Action.ALERT_READ, example=[MUTE]))
def list_mutes(rota: Product) -> list[Mute]:
    """What nothing is sent for now."""
    return rota.alerts.mutes()


@router.post("/mutes", **about("Mute", Action.ALERT_MUTE, 404, body=True, example=MUTE))
def mute(new: Annotated[NewMute, Body(examples=[{k: MUTE[k] for k in ("target", "until", "reason")}])],
         rota: Product, by: Asker) -> Mute:  # fmt: skip
    """Send nothing for that until then, nor what waits to be sent."""
    return rota.alerts.mute(new.target, new.until, by, new.reason)


@router.delete("/mutes/{target}", **about("Unmute", Action.ALERT_MUTE, 404, status=204))
def unmute(target: Target, rota: Product, by: Asker) -> Response:
    """Send again for that."""
    rota.alerts.unmute(target, by)
    return Response(status_code=204)


@router.get("/deliveries", **about("List deliveries", Action.ALERT_READ))
def list_deliveries(
    rota: Product,
    before_id: Annotated[int | None, Query(ge=1, le=MOST_ID, description="only older ones")] = None,
    size: Size = 50,
) -> list[Delivered]:
    """What was sent, or waits to be; the newest first."""
    found = rota.alerts.deliveries(before_id=before_id, size=size)
    return [Delivered.model_validate(one, from_attributes=True) for one in found]


@router.get("/{alert}", **about("Get an alert", Action.ALERT_READ, 404, example=RULE))
def get_alert(alert: AlertRef, rota: Product) -> Rule:
    """One rule, by its id or name."""
    return rota.alerts.rule(reference(alert))


@router.put("/{alert}", **about("Change an alert", Action.ALERT_UPDATE, 404, body=True, example=RULE))
def change_alert(
    alert: AlertRef, spec: Annotated[RuleSpec, Body(examples=[NEW])], rota: Product, by: Asker
) -> Rule:
    """Put another rule in its place; it keeps its name."""
    return rota.alerts.update(reference(alert), spec, by)


@router.post("/{alert}/enable", **about("Enable an alert", Action.ALERT_UPDATE, 404, example=RULE))
def enable_alert(alert: AlertRef, rota: Product, by: Asker) -> Rule:
    """Let it tell things again."""
    return rota.alerts.switch(reference(alert), True, by)


@router.post("/{alert}/disable", **about("Disable an alert", Action.ALERT_UPDATE, 404, example=RULE))
def disable_alert(alert: AlertRef, rota: Product, by: Asker) -> Rule:
    """Let it tell nothing until it is enabled; what it has not sent yet is not sent."""
    return rota.alerts.switch(reference(alert), False, by)


@router.delete("/{alert}", **about("Delete an alert", Action.ALERT_DELETE, 404, status=204))
def delete_alert(alert: AlertRef, rota: Product, by: Asker) -> Response:
    """Take a rule away; what it has not sent yet is not sent."""
    rota.alerts.delete(reference(alert), by)
    return Response(status_code=204)


def reference(text: str) -> str | int:
    """An id where it is one: no rule's name begins with a digit."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else text
