"""The noun `audit`."""

from typing import TYPE_CHECKING, Any

import rich_click as click

from rota.cli.arguments import Moment
from rota.cli.frame import Noun
from rota.cli.session import Session, pass_session
from rota.cli.table import Cell, Column

if TYPE_CHECKING:
    from rota.store.audit import Entry


@click.group("audit", cls=Noun)
def audit() -> None:
    """The audit log: who did what, when, and from where."""


@audit.command("list")
@click.option("--job", help="Only what was done to this job (by name).")
@click.option("--actor", help="Only what this one did.")
@click.option("--action", help="Only this action (job.pause), or this noun (job).")
@click.option("--since", type=Moment(-1), help="Only since; 2h, 7d or a time.")
@click.option("--before", metavar="ID", type=int, help="Only rows before this one, to page on.")
@click.option(
    "--size", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many."
)
@pass_session
def list_entries(session: Session, job: str | None, before: int | None, size: int, **wanted: Any) -> None:
    """List the audit log, the newest first."""
    from rota.store.audit import Filter

    with session.rota() as rota:
        restricted = Filter(target=f"job:{job}" if job else None, before_id=before, **wanted)
        found = rota.auditing.search(restricted, size=size)
    columns: list[Column[Entry]] = [
        Column("id", lambda entry: str(entry.id), right=True),
        Column("when", lambda entry: session.screen.when(entry.at)),
        Column("actor", lambda entry: Cell(entry.actor, "bold")),
        Column("face", lambda entry: entry.face, rank=2),
        Column("action", lambda entry: entry.action),
        Column("target", lambda entry: entry.target, least=12),
        Column("what", _what, least=12, rank=1),
    ]
    session.screen.rows(
        columns, found, as_json=entry_json, name=lambda entry: entry.id, empty="Nothing matches."
    )


def _what(entry: "Entry") -> str:
    before, after = entry.before or {}, entry.after or {}
    changed = [f"{name}: {before[name]!r} → {value!r}" for name, value in after.items() if name in before]
    given = (
        [f"{name}={value!r}" for name, value in after.items() if name not in before] if not changed else []
    )
    if entry.action in ("job.create", "job.declare", "job.delete"):
        changed, given = [], []
    return ", ".join(filter(None, [entry.reason or "", *changed, *given]))


def entry_json(entry: "Entry") -> dict[str, Any]:
    """A row for programs."""
    from dataclasses import asdict

    return asdict(entry) | {"at": entry.at.isoformat()}
