"""The noun `nodes`."""

from typing import TYPE_CHECKING, Any

import click

from rota.cli.frame import Noun
from rota.cli.session import Session, pass_session
from rota.cli.table import Cell, Column

if TYPE_CHECKING:
    from rota.services.presence import Seen


@click.group("nodes", cls=Noun)
def nodes() -> None:
    """Nodes: the processes that schedule and run."""


@nodes.command("list")
@pass_session
def list_nodes(session: Session) -> None:
    """List the nodes that have not said goodbye, and how long each has been silent."""
    with session.rota() as rota:
        found = rota.presence.nodes()
    columns: list[Column[Seen]] = [
        Column("id", lambda seen: str(seen.node.id), right=True),
        Column("name", lambda seen: Cell(seen.node.name, "bold"), least=10),
        Column("role", lambda seen: seen.node.role),
        Column("status", lambda seen: _status(seen)),
        Column("heard", lambda seen: session.screen.when(seen.node.beat_at)),
        Column("pid", lambda seen: str(seen.node.pid), right=True),
        Column("slots", lambda seen: str(seen.node.slots or ""), right=True),
        Column("queues", lambda seen: ", ".join(seen.node.queues), least=6, rank=1),
        Column("app", lambda seen: seen.node.app or "", least=6, rank=2),
        Column("clock", lambda seen: _offset(seen), right=True, rank=5),
        Column("version", lambda seen: seen.node.version, rank=3),
        Column("since", lambda seen: session.screen.when(seen.node.registered_at), rank=4),
    ]
    empty = "No node is there: nothing is scheduled and nothing runs. Start one with `rota serve`."
    session.screen.rows(columns, found, as_json=node_json, name=lambda seen: seen.node.name, empty=empty)


@nodes.command("drain")
@click.argument("node", metavar="NAME|ID")
@pass_session
def drain(session: Session, node: str) -> None:
    """Give the nodes of that name or id nothing more. What runs there, finishes."""
    with session.rota() as rota:
        _tell(session, rota.presence.drain(node, session.actor), "drained")


@nodes.command("undrain")
@click.argument("node", metavar="NAME|ID")
@pass_session
def undrain(session: Session, node: str) -> None:
    """Let nodes that were drained take work again."""
    with session.rota() as rota:
        _tell(session, rota.presence.undrain(node, session.actor), "back at work")


def _tell(session: Session, found: list["Seen"], how: str) -> None:
    columns: list[Column[Seen]] = [
        Column("id", lambda seen: str(seen.node.id), right=True),
        Column("name", lambda seen: Cell(seen.node.name, "bold"), least=10),
        Column("role", lambda seen: seen.node.role),
        Column("status", lambda seen: _status(seen)),
    ]
    session.screen.rows(columns, found, as_json=node_json, name=lambda seen: seen.node.name, empty="")
    session.screen.note(f"{found[0].node.name} is {how}.")


def _offset(seen: "Seen") -> str:
    offset = seen.node.clock_offset_ms
    return "" if offset is None else f"{offset:+.0f} ms"


def _status(seen: "Seen") -> Cell:
    if not seen.is_alive:
        return Cell("✗ silent", "red")
    return Cell("● live", "green") if seen.node.status == "live" else Cell(f"◌ {seen.node.status}", "yellow")


def node_json(seen: "Seen") -> dict[str, Any]:
    """A node for programs; times as ISO 8601, silence in seconds."""
    from pydantic_core import to_jsonable_python

    names = (
        "id",
        "name",
        "role",
        "host",
        "pid",
        "version",
        "app",
        "queues",
        "slots",
        "status",
        "registered_at",
        "beat_at",
        "clock_offset_ms",
    )
    fields = {name: getattr(seen.node, name) for name in names}
    plain: dict[str, Any] = to_jsonable_python(fields)
    return plain | {"alive": seen.is_alive, "silent_seconds": round(seen.silent.total_seconds(), 1)}
