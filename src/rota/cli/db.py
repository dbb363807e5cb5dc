"""The noun `db`."""

from typing import TYPE_CHECKING

import click

from rota.cli.frame import Noun
from rota.cli.session import Session, pass_session

if TYPE_CHECKING:
    from rota.app import Rota

AWAY = 7


@click.group("db", cls=Noun)
def db() -> None:
    """The database's schema."""


@db.command("upgrade")
@pass_session
def upgrade(session: Session) -> None:
    """Bring the database to this version's schema; a new one begins with the default jobs.

    Any number of processes may do so at once.
    """
    from rota.app import build
    from rota.store.migrations import HEAD, current

    session.require_local()
    with build(session.loaded.settings) as rota:
        before = current(rota.db)
        changed = rota.upgrade()
        told = f"✓ {where(rota)} is at schema {HEAD}" + (
            f", from {before or 'nothing'}." if changed else " already."
        )
    data = {"database": where(rota), "before": before, "current": HEAD, "changed": changed}
    session.screen.one(data, [("", told)], name=HEAD)


@db.command("current")
@pass_session
def current_schema(session: Session) -> None:
    """Print the schema that the database has, and the one that this version needs."""
    from rota.store.migrations import HEAD, current

    with session.database() as rota:
        found = current(rota.db)
    data = {"database": where(rota), "current": found, "needed": HEAD, "ok": found == HEAD}
    fields = [("database", where(rota)), ("current", found or "none: no tables yet"), ("needed", HEAD)]
    session.screen.one(data, fields, name=found or "none")


@db.command("check")
@pass_session
def check(session: Session) -> None:
    """Exit 0 when the schema is the one that this version needs, 7 when not, saying what to do."""
    from rota.store.migrations import HEAD

    with session.local() as rota:
        told = f"✓ {where(rota)} is at schema {HEAD}, as this version needs."
    session.screen.one({"database": where(rota), "current": HEAD, "ok": True}, [("", told)], name=HEAD)


def where(rota: "Rota") -> str:
    """The database's address without its password."""
    return rota.db.url.render_as_string(hide_password=True)
