"""The noun `tokens`."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from rota.cli.arguments import Moment
from rota.cli.frame import Noun
from rota.cli.session import Session, pass_session
from rota.cli.table import Cell, Column

if TYPE_CHECKING:
    from rota.domain.account import Token

STYLES = {"active": "green", "expired": "dim", "revoked": "dim"}


@click.group("tokens", cls=Noun)
def tokens() -> None:
    """Tokens: what a program shows to act for a user, as `Authorization: Bearer …`."""


@tokens.command("create")
@click.argument("name")
@click.option("--user", required=True, help="For whom it acts.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    help="What it is restricted to: a role (viewer), a noun (job) or an action (job.execute); may be repeated.",
)
@click.option("--expires", type=Moment(1), help="When it stops to work; 90d or a time. Default: never.")
@pass_session
def create(session: Session, name: str, user: str, scopes: tuple[str, ...], expires: datetime | None) -> None:
    """Make a token and print it, this once. NAME says what it is for."""
    with session.rota() as rota:
        made = rota.tokens.create(name, user, session.actor, scopes=scopes, expires_at=expires)
    token = made.token
    if not session.screen.is_json and not session.screen.quiet:
        until = f" until {session.screen.when(token.expires_at)}" if token.expires_at else ""
        restricted = f", restricted to {', '.join(token.scopes)}" if token.scopes else ""
        session.screen.note(f"Token {token.id} for {token.user}{restricted}{until}. It is not shown again.")
    session.screen.one(token_json(token) | {"token": made.text}, [("", made.text)], name=made.text)


@tokens.command("list")
@click.option("--user", help="Only those of this user.")
@click.option("--page", metavar="N", type=click.IntRange(1), default=1, show_default=True, help="Which page.")
@click.option(
    "--size",
    metavar="N",
    type=click.IntRange(1, 10_000),
    default=100,
    show_default=True,
    help="Tokens on a page.",
)
@pass_session
def list_tokens(session: Session, user: str | None, page: int, size: int) -> None:
    """List the tokens, the newest first. Their secrets are kept nowhere."""
    with session.rota() as rota:
        found = rota.tokens.search(user=user, page=page, size=size)
    when = session.screen.when
    columns: list[Column[Token]] = [
        Column("id", lambda token: str(token.id), right=True),
        Column("name", lambda token: Cell(token.name, "bold"), least=12),
        Column("user", lambda token: token.user),
        Column("status", lambda token: Cell(token.status, STYLES[token.status])),
        Column("scopes", lambda token: ", ".join(token.scopes or ("all",)), least=10, rank=1),
        Column("expires", lambda token: when(token.expires_at) or "never", rank=2),
        Column("last used", lambda token: when(token.last_used_at) or "never", rank=2),
        Column("created", lambda token: when(token.created_at), rank=3),
    ]
    session.screen.rows(
        columns, found, as_json=token_json, name=lambda token: token.id, empty="There are no tokens."
    )


@tokens.command("revoke")
@click.argument("token", type=int)
@pass_session
def revoke(session: Session, token: int) -> None:
    """Make a token (by its id) good for nothing, at once."""
    with session.rota() as rota:
        found = rota.tokens.revoke(token, session.actor)
    told = f"✓ Token {found.id} ({found.name}, of {found.user}) is revoked."
    session.screen.one(token_json(found), [("", told)], name=found.id)


def token_json(token: "Token") -> dict[str, Any]:
    """A token for programs, without its secret."""
    return token.model_dump(mode="json")
