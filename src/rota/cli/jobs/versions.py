"""What a job was before: its versions, and how to have one of them again."""

from typing import TYPE_CHECKING, Any

import click

from rota.cli.arguments import job_argument
from rota.cli.frame import Verb
from rota.cli.session import Session, pass_session
from rota.cli.table import Cell, Column

if TYPE_CHECKING:
    from rota.store.versions import Version


@click.command("versions", cls=Verb)
@job_argument
@pass_session
def versions(session: Session, job: str) -> None:
    """List the definitions that a job has had, the newest first, and what each changed."""
    with session.rota() as rota:
        found = rota.jobs.versions(job)
    earlier = {one.version + 1: one.spec for one in found}

    def told(one: "Version") -> str:
        return _changes(earlier.get(one.version), one.spec)

    columns: list[Column[Version]] = [
        Column("version", lambda one: Cell(str(one.version), "bold"), right=True),
        Column("saved", lambda one: session.screen.when(one.saved_at)),
        Column("by", lambda one: one.saved_by),
        Column("what", told, least=12),
    ]
    session.screen.rows(columns, found, as_json=version_json, name=lambda one: one.version, empty="")


def _changes(before: dict[str, Any] | None, after: dict[str, Any]) -> str:
    if before is None:
        return "as it was made" if after else ""
    changed = [f"{name}: {before.get(name)!r} → {value!r}" for name, value in after.items()
               if before.get(name) != value]  # fmt: skip
    return ", ".join(changed)


def version_json(one: "Version") -> dict[str, Any]:
    """A version for programs."""
    return {
        "version": one.version,
        "saved_at": one.saved_at.isoformat(),
        "saved_by": one.saved_by,
        **one.spec,
    }


@click.command("restore", cls=Verb)
@job_argument
@click.argument("version", type=int)
@pass_session
def restore(session: Session, job: str, version: int) -> None:
    """Give a job the definition that it had in an earlier version; that makes a new version."""
    from rota.cli.show_jobs import job_json, schedule_sentence

    with session.rota() as rota:
        found = rota.jobs.restore(job, version, session.actor)
    told = (
        f"✓ {found.name} (id {found.id}) is as in version {version}, now version {found.version}. "
        f"{schedule_sentence(found)}."
    )
    session.screen.one(job_json(found), [("", told)], name=found.name)
