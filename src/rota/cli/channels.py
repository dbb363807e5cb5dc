"""The noun `channels`."""

from typing import TYPE_CHECKING, Any

import click

from rota.cli.alerts import try_channel
from rota.cli.frame import Noun
from rota.cli.rules import as_json_of, told_in_words
from rota.cli.session import Session, pass_session
from rota.cli.table import Cell, Column
from rota.domain.alert import ChannelKind
from rota.domain.secret import REFERENCE

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

    with told_in_words():
        spec = ChannelSpec(name=name, kind=_kind(url, webhook), url=url, secret=secret)
    with session.rota() as rota:
        made = rota.alerts.channels.create(spec, session.actor)
    told = f"✓ {name} is made. Try it: `rota channels test {name}`."
    session.screen.one(as_json_of(made), [("", told)], name=name)


def _kind(url: str, webhook: bool) -> ChannelKind:
    is_web = webhook or url.startswith(("http://", "https://"))
    return ChannelKind.WEBHOOK if is_web else ChannelKind.APPRISE


@channels.command("update")
@click.argument("name")
@click.option("--url", help="Another address, as `rota channels create` takes it.")
@click.option("--secret", help='Signs what a webhook is sent; or "env:NAME"; "" takes it away.')
@click.option(
    "--webhook/--service", "webhook", default=None, help="What an address of env:NAME is. Default: as before."
)
@pass_session
def update_channel(
    session: Session, name: str, url: str | None, secret: str | None, webhook: bool | None
) -> None:
    """Give a channel another address or signature; what waits for it is tried at once."""
    from rota.domain.alert import ChannelPatch

    if (url is None and secret is None) or (url is None and webhook is not None):
        raise click.UsageError("Give --url, which --webhook and --service belong to, or --secret.")
    given: dict[str, Any] = {} if secret is None else {"secret": secret or None}
    if url is not None:
        given["url"] = url
        if webhook is not None or not url.startswith(REFERENCE):
            given["kind"] = _kind(url, bool(webhook))
    with told_in_words():
        patch = ChannelPatch(**given)
    with session.rota() as rota:
        after = rota.alerts.channels.update(name, patch, session.actor)
    told = f"✓ {after.name} is changed. Try it: `rota channels test {after.name}`."
    session.screen.one(as_json_of(after), [("", told)], name=after.name)


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
