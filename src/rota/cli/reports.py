"""The noun `reports`."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from rota.cli.frame import Noun
from rota.cli.session import Session, pass_session
from rota.cli.table import Cell, Column

if TYPE_CHECKING:
    from rota.app import Rota
    from rota.client.alerts import Reports as Afar
    from rota.client.remote import Remote
    from rota.services.reports import Reports
    from rota.store.reports import Report


@click.group("reports", cls=Noun)
def reports() -> None:
    """Reports: what the jobs daily_report and the like have made."""


@reports.command("list")
@click.option(
    "--size", metavar="N", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many."
)
@pass_session
def list_reports(session: Session, size: int) -> None:
    """List the reports, the newest first."""
    with session.rota() as rota:
        found = _reports(rota).search(size=size)
    columns: list[Column[Report]] = [
        Column("id", lambda one: str(one.id), right=True),
        Column("title", lambda one: Cell(one.title, "bold"), least=20),
        Column("made", lambda one: session.screen.when(one.created_at)),
    ]
    empty = "There are no reports yet."
    session.screen.rows(columns, found, as_json=_json, name=lambda one: one.id, empty=empty)


@reports.command("show")
@click.argument("report", type=click.IntRange(1))
@click.option("--html", is_flag=True, help="As HTML.")
@pass_session
def show(session: Session, report: int, html: bool) -> None:
    """Print a report (by its id), as text or HTML."""
    with session.rota() as rota:
        found = _reports(rota).get(report)
    session.screen.one(_json(found), [("", found.html if html else found.text)], name=found.id)


def _reports(rota: "Rota | Remote") -> "Reports | Afar":
    from rota.app import Rota
    from rota.services.reports import Reports

    return Reports(rota.db) if isinstance(rota, Rota) else rota.reports


def _json(report: "Report") -> dict[str, Any]:
    instants = ("begins_at", "ends_at", "created_at")
    return asdict(report) | {name: getattr(report, name).isoformat() for name in instants}
