"""The noun `config`."""

from dataclasses import asdict, dataclass
from typing import Any

import click

from rota.cli.frame import Noun
from rota.cli.session import Session, pass_session
from rota.cli.table import Cell, Column
from rota.domain.errors import Unavailable

MASKED = ("secret_key",)


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting as it is printed. locked: only the environment can change it."""

    name: str
    value: Any
    source: str
    locked: bool
    description: str


@click.group("config", cls=Noun)
def config() -> None:
    """Settings: of this process, and those kept in the database that affect all jobs."""


@config.command("show")
@pass_session
def show(session: Session) -> None:
    """Show each setting with where it comes from; of a server, those that its database keeps."""
    rows = _of_database(session)
    if session.server is None:
        rows = [*_of_process(session), *rows]
    columns: list[Column[Shown]] = [
        Column("name", lambda one: Cell(one.name, "bold")),
        Column("value", lambda one: _text(one.value), least=30),
        Column("source", lambda one: one.source + (" (locked)" if one.locked else ""), least=11),
        Column("description", lambda one: one.description, least=24, rank=1),
    ]
    session.screen.rows(columns, rows, as_json=asdict, name=lambda one: one.name, empty="")


def _of_process(session: Session) -> list[Shown]:
    loaded = session.loaded
    values = loaded.settings.model_dump(mode="json")
    fields = type(loaded.settings).model_fields
    return [
        Shown(
            name,
            _masked(name, values[name]),
            loaded.sources.get(name, "default"),
            False,
            field.description or "",
        )
        for name, field in fields.items()
    ]


def _masked(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in MASKED:
        return "***"
    if name.endswith("database_url"):
        from sqlalchemy.engine import make_url

        return make_url(value).render_as_string(hide_password=True)
    return value


def _of_database(session: Session) -> list[Shown]:
    try:
        with session.rota() as rota:
            found = rota.configuration.values()
    except Unavailable as problem:
        if session.server is not None:
            raise
        session.screen.note(f"Without the settings kept in the database: {problem.message}; {problem.fix}")
        return []
    return [Shown(one.name, one.value, one.source, one.locked, one.description) for one in found]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={text}" for name, text in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


@config.command("set")
@click.argument("name")
@click.argument("value", required=False)
@click.option("--default", "reset", is_flag=True, help="Back to the default.")
@pass_session
def set_value(session: Session, name: str, value: str | None, reset: bool) -> None:
    """Set a setting that is kept in the database: default_timeout, default_retries, default_overlap,
    default_grace, retention_days, retention_failed_days, dashboard_role, hold_all.
    """
    if (value is None) is not reset:
        raise click.UsageError("Give a value, or --default.")
    with session.rota() as rota:
        found = rota.configuration.set(name, value, session.actor)
    shown = Shown(found.name, found.value, found.source, found.locked, found.description)
    told = f"✓ {name} is {_text(found.value)} ({found.source})."
    session.screen.one(asdict(shown), [("", told)], name=name)
