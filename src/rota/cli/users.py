"""The noun `users`."""

import sys
from typing import TYPE_CHECKING, Any

import click

from rota.cli.frame import Noun
from rota.cli.session import Session, pass_session
from rota.cli.table import Cell, Column

if TYPE_CHECKING:
    from rota.domain.account import User

ROLES = ("viewer", "operator", "admin")
role_option = click.option(
    "--role",
    type=click.Choice(ROLES),
    required=True,
    help="A viewer reads, an operator runs, cancels and pauses, an admin does all.",
)
password_option = click.option("--password-stdin", is_flag=True, help="Read the password from stdin.")
user_argument = click.argument("user", metavar="USER")


@click.group("users", cls=Noun)
def users() -> None:
    """Users: who may log in to the dashboard and own tokens. USER is a name or an id."""


@users.command("create")
@click.argument("name")
@role_option
@password_option
@click.option("--no-password", is_flag=True, help="Nobody logs in as this one; it only owns tokens.")
@pass_session
def create(session: Session, name: str, role: str, password_stdin: bool, no_password: bool) -> None:
    """Make a user. Asks for the password, unless it comes on stdin."""
    if password_stdin and no_password:
        raise click.UsageError("--password-stdin and --no-password exclude each other.")
    with session.rota() as rota:
        password = None if no_password else _password(from_stdin=password_stdin)
        made = rota.accounts.create(name, role, session.actor, password=password)
    _print(session, made, f"made, as {made.role}")


def _password(*, from_stdin: bool) -> str:
    """The password, every character of it; only the end of its line is not part of it."""
    if from_stdin:
        given = sys.stdin.read(100_000)
        return given[: -2 if given.endswith("\r\n") else -1] if given.endswith("\n") else given
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask for the password on; use --password-stdin.")
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return answer


@users.command("list")
@click.option("--page", metavar="N", type=click.IntRange(1), default=1, show_default=True, help="Which page.")
@click.option(
    "--size",
    metavar="N",
    type=click.IntRange(1, 10_000),
    default=100,
    show_default=True,
    help="Users on a page.",
)
@pass_session
def list_users(session: Session, page: int, size: int) -> None:
    """List the users, by name."""
    with session.rota() as rota:
        found = rota.accounts.search(page=page, size=size)
    columns: list[Column[User]] = [
        Column("name", lambda user: Cell(user.name, "bold"), least=12),
        Column("role", lambda user: user.role.value),
        Column("enabled", lambda user: "yes" if user.is_enabled else Cell("no", "yellow")),
        Column("password", lambda user: "yes" if user.has_password else "none", rank=2),
        Column("last login", lambda user: session.screen.when(user.last_login_at) or "never"),
        Column("created", lambda user: session.screen.when(user.created_at), rank=1),
        Column("id", lambda user: str(user.id), right=True, rank=3),
    ]
    empty = "There are no users yet; `rota users create NAME --role admin` makes the first."
    session.screen.rows(columns, found, as_json=user_json, name=lambda user: user.name, empty=empty)


@users.command("disable")
@user_argument
@pass_session
def disable(session: Session, user: str) -> None:
    """Let nobody in by that account any more: its sessions end, its tokens are good for nothing."""
    with session.rota() as rota:
        found = rota.accounts.disable(user, session.actor)
    _print(session, found, "disabled")


@users.command("enable")
@user_argument
@pass_session
def enable(session: Session, user: str) -> None:
    """Let an account in again. Tokens that were not revoked are good again."""
    with session.rota() as rota:
        found = rota.accounts.enable(user, session.actor)
    _print(session, found, "enabled")


@users.command("set-password")
@user_argument
@password_option
@pass_session
def set_password(session: Session, user: str, password_stdin: bool) -> None:
    """Give a user another password; the user's sessions end."""
    with session.rota() as rota:
        rota.accounts.get(user)
        found = rota.accounts.set_password(user, _password(from_stdin=password_stdin), session.actor)
    _print(session, found, "given a new password; all sessions have ended")


@users.command("set-role")
@user_argument
@role_option
@pass_session
def set_role(session: Session, user: str, role: str) -> None:
    """Give a user another role, which counts from now on, for tokens too."""
    with session.rota() as rota:
        found = rota.accounts.set_role(user, role, session.actor)
    _print(session, found, f"now {found.role}")


def user_json(user: "User") -> dict[str, Any]:
    """A user for programs."""
    return user.model_dump(mode="json")


def _print(session: Session, user: "User", what: str) -> None:
    session.screen.one(user_json(user), [("", f"✓ {user.name} (id {user.id}) is {what}.")], name=user.name)
