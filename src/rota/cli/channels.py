"""The noun `channels`."""

from typing import TYPE_CHECKING

import click

from rota.cli.alerts import as_json_of, told_in_words, try_channel
from rota.cli.frame import Noun
from rota.cli.session import Session, pass_session
from rota.cli.table import Cell, Column
from rota.domain.alert import ChannelKind

if TYPE_CHECKING:
    from rota.domain.alert import Channel


@click.group("channels", cls=Noun)
def channels() -> None:
    """Channels: where alerts are sent."""


@channels.command("list")
@pass_session
def list_channels(session: Session) -> None:
    """List the channels, without their addresses, which are secret."""
    with session.rota() as rota:
        found = rota.alerts.channels.listing()
    when = session.screen.when
    columns: list[Column[Channel]] = [
        Column("name", lambda one: Cell(one.name, "bold")),
        Column("kind", lambda one: one.kind.value),
        Column("address", lambda one: one.reference or "sealed"),
        Column("last sent", lambda one: when(one.last_sent_at) or "never"),
        Column("waiting", lambda one: str(one.waiting), right=True),
        Column("trouble", lambda one: Cell(one.last_error or "", "red"), least=12),
    ]
    empty = "There are no channels. Make one with `rota channels create`."
    session.screen.rows(columns, found, as_json=as_json_of, name=lambda one: one.name, empty=empty)


@channels.command("create")
@click.argument("name")
@click.argument("url")
@click.option("--secret", help='Signs what a webhook is sent; or "env:NAME".')
@click.option("--webhook", is_flag=True, help="For an address of env:NAME: it is that of a webhook.")
@pass_session
def create_channel(session: Session, name: str, url: str, secret: str | None, webhook: bool) -> None:
    """Make a channel: URL is https://… of a webhook, or a service as apprise writes it (mailto://…, slack://…).

    It is stored sealed under ROTA_SECRET_KEY; env:NAME is read where rota schedules.
    """
    from rota.domain.alert import ChannelSpec

    is_web = webhook or url.startswith(("http://", "https://"))
    with told_in_words():
        kind = ChannelKind.WEBHOOK if is_web else ChannelKind.APPRISE
        spec = ChannelSpec(name=name, kind=kind, url=url, secret=secret)
    with session.rota() as rota:
        made = rota.alerts.channels.create(spec, session.actor)
    told = f"✓ {name} is made. Try it: `rota channels test {name}`."
    session.screen.one(as_json_of(made), [("", told)], name=name)


@channels.command("delete")
@click.argument("name")
@pass_session
def delete_channel(session: Session, name: str) -> None:
    """Take a channel away that no alert is sent to."""
    with session.rota() as rota:
        rota.alerts.channels.delete(name, session.actor)
    session.screen.one({"name": name, "deleted": True}, [("", f"✓ {name} is deleted.")], name=name)


@channels.command("test")
@click.argument("name")
@pass_session
def test_channel(session: Session, name: str) -> None:
    """Send a message to a channel now, to try it."""
    try_channel(session, name)
