"""The noun `audit`."""

import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rota.cli.arguments import F, Moment, at_most
from rota.cli.frame import Noun
from rota.cli.session import Session, pass_session
from rota.cli.table import Cell, Column
from rota.cli.words import plural, shown

if TYPE_CHECKING:
    from rota.domain.chain import Head
    from rota.services.auditing import Verified
    from rota.store.audit import Entry, Filter

BROKEN = 1


def _filters(command: F) -> F:
    for option in (
        click.option("--until", type=Moment(-1), help="Only before; 2h, 7d or a time."),
        click.option("--since", type=Moment(-1), help="Only since; 2h, 7d or a time."),
        click.option("--action", help="Only this action (job.pause), or this noun (job)."),
        click.option("--actor", help="Only what this one did."),
        click.option("--job", help="Only what was done to this job (by name)."),
    ):
        command = option(command)
    return command


def _filter(job: str | None, **wanted: Any) -> "Filter":
    from rota.store.audit import Filter

    return Filter(target=f"job:{job}" if job else None, **wanted)


@click.group("audit", cls=Noun)
def audit() -> None:
    """The audit log: who did what, when, and from where."""


@audit.command("list")
@_filters
@click.option("--before", metavar="ID", type=int, help="Only rows before this one, to page on.")
@at_most(50)
@pass_session
def list_entries(session: Session, before: int | None, size: int, **wanted: Any) -> None:
    """List the audit log, the newest first."""
    from rota.services.auditing import entry_json

    with session.rota() as rota:
        found = rota.auditing.search(_filter(**wanted, before_id=before), size=size)
    columns: list[Column[Entry]] = [
        Column("id", lambda entry: str(entry.id), right=True),
        Column("when", lambda entry: session.screen.when(entry.at)),
        Column("actor", lambda entry: Cell(entry.actor, "bold")),
        Column("face", lambda entry: entry.face, rank=2),
        Column("from", lambda entry: entry.address or "", rank=3),
        Column("action", lambda entry: entry.action),
        Column("target", lambda entry: entry.target, least=12, whole=True),
        Column("what", _what, least=16, rank=1),
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
    if entry.action in ("job.create", "job.declare", "job.delete", "denied"):
        changed, given = [], []
    return ", ".join(filter(None, [entry.reason or "", *changed, *given]))


def _head(_ctx: click.Context, _param: click.Parameter, value: str | None) -> "Head | None":
    from rota.domain.chain import Head

    if value is None:
        return None
    seq, _, digest = value.partition(":")
    if not seq.isdigit() or len(digest) != 64:
        raise click.BadParameter("that is no head; give what `rota audit verify` printed, PLACE:HASH")
    return Head(int(seq), digest)


@audit.command("verify")
@click.option(
    "--head", callback=_head, metavar="PLACE:HASH", help="What an earlier verify printed and you kept."
)
@pass_session
def verify(session: Session, head: "Head | None") -> None:
    """Say whether every row is there, in its place, as it was sealed; exit 1 when not.

    Print the head of the chain too: kept elsewhere, it proves later that the log was not made anew as a whole.
    """
    with session.rota() as rota:
        if session.is_local(rota):
            rota.auditing.seal()
        found = rota.auditing.verify(head)
    _print_verified(session, found)
    if not found.is_whole:
        click.get_current_context().exit(BROKEN)


def _print_verified(session: Session, found: "Verified") -> None:
    data = {
        "whole": found.is_whole,
        "rows": found.rows,
        "unsealed": found.unsealed,
        "head": str(found.head),
        "faults": [
            {"kind": one.kind, "seq": one.seq, "id": one.row, "text": one.text} for one in found.faults
        ],
    }
    told = "✓ The audit log is whole" if found.is_whole else "✗ The audit log is not whole"
    style = "green" if found.is_whole else "red"
    later = f", {found.unsealed} not sealed yet" if found.unsealed else ""
    fields: list[tuple[str, Cell | str]] = [
        ("", Cell(f"{told}: {plural(found.rows, 'row')}{later}.", style)),
        *(("", f"  {one.text}") for one in found.faults),
        ("", f"  head {found.head}"),
    ]
    session.screen.one(data, fields, name=found.head)


@audit.command("export")
@_filters
@pass_session
def export(session: Session, **wanted: Any) -> None:
    """Write the rows, the oldest first: a JSON object a line, or with -o csv a table for spreadsheets."""
    with session.rota() as rota:
        form = "csv" if session.screen.format == "csv" else "jsonl"
        for piece in rota.auditing.export(form, session.actor, _filter(**wanted)):
            sys.stdout.write(piece)


@audit.command("archive")
@click.option("--before", type=Moment(-1), required=True, help="Rows from before: 90d or a time.")
@click.option(
    "--to",
    "file",
    type=click.Path(path_type=Path),
    required=True,
    help="A new file that they are written to first, a JSON object a line.",
)
@pass_session
def archive(session: Session, before: datetime, file: Path) -> None:
    """Move old rows from the database into a file. A checkpoint stays, which the rest of the chain follows on."""
    with session.local() as rota:
        rota.auditing.seal()
        with file.open("x", encoding="utf-8") as out:
            for piece in rota.auditing.export("jsonl", session.actor, _filter(None, until=before)):
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        gone = rota.auditing.archive(before, session.actor)
    told = f"✓ {plural(gone, 'row')} moved to {shown(str(file))}."
    session.screen.one({"archived": gone, "file": str(file)}, [("", told)], name=file)
