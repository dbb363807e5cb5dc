"""The noun `alerts`."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from rota.cli import rules
from rota.cli.arguments import Moment
from rota.cli.frame import Noun
from rota.cli.rules import as_json_of, subject_of
from rota.cli.session import Session, pass_session
from rota.cli.table import Cell, Column
from rota.domain.alert import Mode

if TYPE_CHECKING:
    from rota.domain.alert import Mute, Rule


@click.group("alerts", cls=Noun)
def alerts() -> None:
    """Alerts: who is told what."""


@alerts.command("list")
@pass_session
def list_alerts(session: Session) -> None:
    """List the alerts, and what is muted."""
    with session.rota() as rota:
        found, mutes = rota.alerts.rules(), rota.alerts.mutes()
    columns: list[Column[Rule]] = [
        Column("name", lambda rule: Cell(rule.name, "bold")),
        Column("of", subject_of),
        Column("tells", lambda rule: ", ".join(kind.replace("_", " ") for kind in rule.kinds), least=16),
        Column("which", _which),
        Column("to", lambda rule: ", ".join(rule.channels), least=8),
        Column("on", lambda rule: "yes" if rule.is_enabled else "no"),
        Column("muted until", lambda rule: session.screen.when(rule.muted_until), rank=1),
    ]
    empty = "There are no alerts. Make a channel, then `rota alerts create NAME --to CHANNEL`."
    session.screen.rows(columns, found, as_json=as_json_of, name=lambda rule: rule.name, empty=empty)
    for mute in mutes:
        session.screen.note(f"{mute.target} is muted until {session.screen.when(mute.until)} by {mute.by}")


def _which(rule: "Rule") -> str:
    return {Mode.EACH: "each", Mode.FIRST: "the first", Mode.STREAK: f"{rule.streak} in a row"}[rule.mode]


for verb in (rules.create, rules.update, rules.enable, rules.disable):
    alerts.add_command(verb)


@alerts.command("delete")
@click.argument("name")
@pass_session
def delete(session: Session, name: str) -> None:
    """Take an alert away; what it has not sent yet is not sent."""
    with session.rota() as rota:
        rota.alerts.delete(name, session.actor)
    session.screen.one({"name": name, "deleted": True}, [("", f"✓ {name} is deleted.")], name=name)


@alerts.command("mute")
@click.argument("target")
@click.option("--for", "until", type=Moment(1), help="How long, or until when: 2h, or a time.")
@click.option("--reason", help="Why.")
@click.option("--off", is_flag=True, help="Send again.")
@pass_session
def mute(session: Session, target: str, until: datetime | None, reason: str | None, off: bool) -> None:
    """Send nothing for a while: for `all`, `job:NAME` or `rule:NAME`; nor what waits to be sent."""
    if (until is None) is not off:
        raise click.UsageError("Give --for, or --off.")
    with session.rota() as rota:
        if until is None:
            rota.alerts.unmute(target, session.actor)
            session.screen.one(
                {"target": target, "until": None}, [("", f"✓ {target} is heard again.")], name=target
            )
            return
        made: Mute = rota.alerts.mute(target, until, session.actor, reason)
    told = f"✓ {target} is muted until {session.screen.when(made.until)}."
    session.screen.one(as_json_of(made), [("", told)], name=target)


@alerts.command("test")
@click.argument("channel")
@pass_session
def test_alert(session: Session, channel: str) -> None:
    """Send a message to a channel now, to try it."""
    try_channel(session, channel)


def try_channel(session: Session, channel: str) -> None:
    """Send a message there, and say that it was taken. Raises Conflict."""
    with session.rota() as rota:
        found = rota.alerts.channels.test(channel, session.actor)
    session.screen.one(as_json_of(found), [("", f"✓ {found.name} took the message.")], name=found.name)


@alerts.command("deliveries")
@click.option(
    "--size", metavar="N", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many."
)
@pass_session
def deliveries(session: Session, size: int) -> None:
    """List what was sent, or waits to be, the newest first."""
    from dataclasses import asdict

    with session.rota() as rota:
        found = rota.alerts.deliveries(size=size)
    when = session.screen.when
    columns: list[Column[Any]] = [
        Column("at", lambda one: when(one.created_at)),
        Column("job", lambda one: Cell(one.job or "", "bold")),
        Column("what", lambda one: one.kind.replace("_", " ")),
        Column("channel", lambda one: one.channel),
        Column("sent", lambda one: when(one.sent_at) or "waits"),
        Column("tries", lambda one: str(one.attempts), right=True, rank=1),
    ]

    def as_json(one: Any) -> dict[str, Any]:
        instants = {
            name: getattr(one, name) and getattr(one, name).isoformat() for name in ("created_at", "sent_at")
        }
        return asdict(one) | instants

    session.screen.rows(
        columns, found, as_json=as_json, name=lambda one: one.id, empty="Nothing was sent yet."
    )
