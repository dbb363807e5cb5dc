"""The command `init`."""

import sys
from typing import TYPE_CHECKING, Any

import click

from rota.cli.frame import Verb
from rota.cli.session import Session, pass_session
from rota.cli.table import Cell, Column
from rota.cli.words import plural

if TYPE_CHECKING:
    from rota.services.initialising import Step

DECLINED = 3
WORDS = {"make": "new", "change": "changed", "keep": "there already"}


@click.command("init", cls=Verb)
@click.option("--set", "name", help="Another set: systemprompt, totallator or admin_server.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only show what would be made.")
@pass_session
def init(session: Session, name: str | None, yes: bool, dry_run: bool) -> None:
    """Make the database, and in it the jobs that an application usually needs; shown before they are made.

    They do nothing before they are told on what: their arguments say so. Jobs that are there stay as they are; of
    those that a new database begins with, only one that nobody has changed yet takes on what the set says.
    """
    from rota.app import build
    from rota.services.initialising import Initialising
    from rota.services.sets import USUAL

    session.require_local()
    with build(session.loaded.settings) as rota:
        rota.upgrade()
        initialising = Initialising(rota.jobs)
        steps = initialising.plan(name or USUAL)
        _show(session, steps)
        if dry_run or all(step.what == "keep" for step in steps):
            session.screen.note("Nothing was changed.")
            return
        if not yes:
            _ask(session, sum(step.what != "keep" for step in steps))
        made = initialising.apply(steps, session.actor)
    told = "1 job is" if len(made) == 1 else f"{len(made)} jobs are"
    session.screen.note(f"✓ {told} as shown. See `rota jobs list`, and `rota jobs update NAME --arg …`.")


def _show(session: Session, steps: "list[Step]") -> None:
    columns: list[Column[Step]] = [
        Column("name", lambda step: Cell(step.spec.name, "bold")),
        Column("schedule", lambda step: step.spec.schedule.explain().removesuffix(", UTC"), least=18),
        Column("enabled", lambda step: "yes" if step.spec.is_enabled else "no"),
        Column("task", lambda step: step.spec.task_name, rank=1),
        Column("is", lambda step: WORDS[step.what]),
    ]
    session.screen.rows(columns, steps, as_json=_json, name=lambda step: step.spec.name, empty="")


def _json(step: "Step") -> dict[str, Any]:
    return step.spec.model_dump(mode="json", exclude_unset=True) | {"what": step.what}


def _ask(session: Session, count: int) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError(
            "Making jobs has to be confirmed, and there is no terminal to ask on; use --yes."
        )
    if not click.confirm(f"Make or change {plural(count, 'job')}?", err=True):
        session.screen.note("No job was made.")
        click.get_current_context().exit(DECLINED)
