"""The noun `executions`."""

from typing import Any

import click

from rota.cli.frame import Noun
from rota.cli.jobs.asking import history_options, print_history
from rota.cli.session import Session, pass_session

UNSUCCESSFUL = 5


@click.group("executions", cls=Noun)
def executions() -> None:
    """Executions: what ran, what did not, and why. One execution is one attempt."""


@executions.command("list")
@history_options
@pass_session
def list_executions(session: Session, job: str | None, **wanted: Any) -> None:
    """List executions, the newest first: of one job, or of all."""
    print_history(session, job, **wanted)


@executions.command("show")
@click.argument("execution", type=int, metavar="ID")
@pass_session
def show(session: Session, execution: int) -> None:
    """Show one execution: how it went, when, where, and what it said last."""
    from rota.cli.show_executions import execution_fields, execution_json
    from rota.domain.errors import NotFound

    with session.rota() as rota:
        found = rota.executions.get(execution)
        try:
            job = rota.jobs.get(found.job_id)
        except NotFound:
            job = None
    fields = execution_fields(found, session.screen, job)
    session.screen.one(execution_json(found), fields, name=found.id)


@executions.command("logs")
@click.argument("execution", type=int, metavar="ID")
@click.option("--follow", is_flag=True, help="Go on until it has ended.")
@pass_session
def logs(session: Session, execution: int, follow: bool) -> None:
    """Print the output of an execution. Control characters are shown, not sent to the terminal."""
    import json

    from rota.cli.lines import LinePrinter, line_json
    from rota.cli.waiting import Waiting

    with session.rota() as rota:
        if session.screen.format in ("json", "csv"):
            found, after = [], 0
            if follow:
                Waiting(rota, session.screen, session.look).until_ended(execution, None)
            while batch := rota.executions.lines(execution, after):
                found += [line_json(line) for line in batch]
                after = batch[-1].seq
            if session.screen.format == "json":
                print(json.dumps(found, indent=2, ensure_ascii=False))
            else:
                from rota.cli.screen import as_csv

                print(as_csv(found), end="")
            return
        printer = LinePrinter(session.screen)
        if follow:
            Waiting(rota, session.screen, session.look, printer=printer).until_ended(execution, None)
        else:
            printer.print_new(rota, execution)
        ended = rota.executions.get(execution)
    if ended.output_dropped:
        session.screen.note(
            f"{ended.output_dropped:,} of {ended.output_bytes:,} bytes in the middle were not kept."
        )
    if not ended.output_bytes and not session.screen.quiet:
        session.screen.note(f"Execution {execution} ({ended.status.value}) has printed nothing.")


@executions.command("cancel")
@click.argument("execution", type=int, metavar="ID")
@click.option("--reason", help="Why; it stands in the record.")
@pass_session
def cancel(session: Session, execution: int, reason: str | None) -> None:
    """Cancel what is queued at once; ask what runs to stop, and end it if it does not."""
    from rota.cli.show_executions import execution_json

    with session.rota() as rota:
        after = rota.executions.cancel(execution, session.actor, reason=reason)
    told = "is cancelled" if after.is_final else "has been asked to stop"
    session.screen.one(
        execution_json(after), [("", f"✓ Execution {after.id} of {after.job_name} {told}.")], name=after.id
    )


@executions.command("retry")
@click.argument("execution", type=int, metavar="ID")
@click.option("--force", is_flag=True, help="Although the job is disabled or paused.")
@click.option("--wait/--no-wait", default=False, show_default=True, help="Wait until it has ended.")
@pass_session
def retry(session: Session, execution: int, force: bool, wait: bool) -> None:
    """Run an ended execution's job again, with the same arguments."""
    from rota.cli.show_executions import execution_json
    from rota.cli.waiting import Waiting

    with session.rota() as rota:
        new = rota.executions.retry(execution, session.actor, force=force)
        found = (
            Waiting(rota, session.screen, session.look).until_ended(new, None)
            if wait
            else rota.executions.get(new)
        )
    assert found is not None
    told = f"✓ {found.job_name} is queued again as execution {new}."
    if found.is_final:
        told = f"Execution {new} of {found.job_name}: {found.status.value}."
    session.screen.one(execution_json(found), [("", told)], name=new)
    if found.is_final and found.status != "succeeded":
        click.get_current_context().exit(UNSUCCESSFUL)
