"""One job, looked at: show, history, schedule, explain; and schedules before there is a job."""

from typing import TYPE_CHECKING, Any

import click

from rota.cli.arguments import F, Moment, at_most, job_argument, optional_job
from rota.cli.frame import Verb
from rota.cli.session import Session, pass_session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rota.domain.preview import Preview

RESULTS = (
    "queued",
    "submitted",
    "running",
    "succeeded",
    "failed",
    "timed_out",
    "cancelled",
    "lost",
    "skipped",
    "missed",
)


def history_options(command: F) -> F:
    """Of which job, and which of its executions."""
    for option in (
        at_most(20),
        click.option("--before", metavar="ID", type=int, help="Only executions before this one, to page on."),
        click.option("--since", type=Moment(-1), help="Only what was queued since; 2h, 7d or a time."),
        click.option(
            "--status", type=click.Choice(RESULTS), multiple=True, help="Only these; may be repeated."
        ),
        optional_job,
    ):
        command = option(command)
    return command


@click.command("show", cls=Verb)
@job_argument
@pass_session
def show(session: Session, job: str) -> None:
    """Show one job: how it stands, when it runs, what it runs, by which rules."""
    from rota.cli.show_jobs import job_fields, job_json

    with session.rota() as rota:
        found = rota.jobs.get(job)
    session.screen.one(job_json(found), job_fields(found, session.screen), name=found.name)


@click.command("history", cls=Verb)
@history_options
@pass_session
def history(session: Session, job: str | None, **wanted: Any) -> None:
    """List executions, the newest first: of one job, or of all."""
    print_history(session, job, **wanted)


def print_history(session: Session, job: str | None, **wanted: Any) -> None:
    """Search and print executions; `wanted` are the options of `history`."""
    from rota.cli.show_executions import execution_columns, execution_json
    from rota.domain.execution import Status
    from rota.store.history import Filter

    with session.rota() as rota:
        found_job = rota.jobs.get(job) if job else None
        restricted = Filter(
            job_id=found_job.id if found_job else None,
            statuses=[Status(word) for word in wanted["status"]] or None,
            since=wanted["since"],
            before_id=wanted["before"],
        )
        found = rota.executions.search(restricted, size=wanted["size"])
        shown_zones = session.screen.time == "job"
        zones = {one.job_id: _zone(rota, one.job_id) for one in found} if shown_zones else {}
    session.screen.rows(
        execution_columns(session.screen, zones), found, as_json=execution_json, name=lambda one: one.id,
        empty=f"No execution{f' of {found_job.name}' if found_job else ''} matches.",
    )  # fmt: skip


def _zone(rota: Any, job_id: int) -> str:
    from rota.domain.errors import NotFound

    try:
        return str(rota.jobs.get(job_id).timezone)
    except NotFound:
        return "UTC"


@click.command("schedule", cls=Verb)
@job_argument
@click.option(
    "--count",
    metavar="N",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    help="How many fires.",
)
@click.option("--after", type=Moment(1), help="From when on; default: now.")
@pass_session
def schedule(session: Session, job: str, count: int, after: Any) -> None:
    """Show when a job fires next, in UTC and in its own zone, with a note on the odd days."""
    with session.rota() as rota:
        found = rota.jobs.get(job)
        fires = found.schedule.preview(after or rota.clock.now(), count)
    if session.screen.is_for_people:
        session.screen.note(f"{found.name}: {found.schedule.explain()}")
        if found.next_run is None and found.schedule_type != "manual":
            session.screen.note(f"It is {found.status.value}: none of these will run until that changes.")
    _print_fires(session, fires, empty="It has no further fire.")


def _print_fires(session: Session, fires: "list[Preview]", *, empty: str) -> None:
    from rota.cli.table import Column
    from rota.cli.words import relative

    elsewhere = any(fire.local.utcoffset() for fire in fires)
    local: list[Column[Preview]] = [Column("local", lambda fire: f"{fire.local:%a %Y-%m-%d %H:%M:%S %Z}")]
    columns: list[Column[Preview]] = [
        Column("utc", lambda fire: f"{fire.at:%a %Y-%m-%d %H:%M:%S}"),
        *(local if elsewhere else []),
        Column("from now", lambda fire: relative(fire.at, session.screen.now)),
    ]
    session.screen.rows(columns, fires, as_json=fire_json, name=lambda fire: fire.at.isoformat(), empty=empty)
    if session.screen.is_for_people:
        for fire in fires:
            if fire.note:
                session.screen.line(f"! {fire.note}", "yellow")


def fire_json(fire: "Preview") -> dict[str, Any]:
    """One fire for programs."""
    return {"at": fire.at.isoformat(), "local": fire.local.isoformat(), "note": fire.note}


@click.command("explain", cls=Verb)
@job_argument
@pass_session
def explain(session: Session, job: str) -> None:
    """Say why a job is, or is not, running: a checklist, with what to do."""
    with session.rota() as rota:
        found = rota.explaining.job(job)
    screen = session.screen
    data = {
        "job": found.job.name,
        "ok": found.ok,
        "status": found.status,
        "items": [{"name": i.name, "ok": i.ok, "text": i.text, "fix": i.fix} for i in found.items],
    }
    if not screen.is_for_people:
        screen.one(data, [], name=found.job.name)
        return
    screen.line(found.status)
    screen.line()
    for item in found.items:
        screen.line(f"{'✓' if item.ok else '✗'} {item.text}", "" if item.ok else "red")
        if item.fix and not item.ok:
            screen.line(f"  → {item.fix}")


@click.command("validate-schedule", cls=Verb)
@click.argument("kind")
@click.argument("expression", default="")
@click.option("--timezone", default="UTC", show_default=True, help="Whose clock it means.")
@click.option("--after", type=Moment(1), help="From when on to show fires; default: now.")
@click.option(
    "--count", metavar="N", type=click.IntRange(0, 1000), default=5, show_default=True, help="How many fires."
)
@pass_session
def validate_schedule(
    session: Session, kind: str, expression: str, timezone: str, after: Any, count: int
) -> None:
    """Check a schedule, say it as a sentence, and show its next fires. Needs no database."""
    asked = {"kind": kind, "expression": expression, "timezone": timezone}
    check = _check_here if session.server is None else _check_there
    data, fires = check(session, asked, after, count)
    screen = session.screen
    if not screen.is_for_people:
        screen.one(data, [], name=data["explanation"])
        return
    screen.line(f"✓ {data['explanation']}", "green")
    for note in data["notes"]:
        screen.line(f"  {note}", "yellow")
    if count:
        _print_fires(session, fires, empty="It has no fires of its own.")


def _check_here(
    session: Session, asked: dict[str, str], after: Any, count: int
) -> "tuple[dict[str, Any], list[Preview]]":
    """What the schedule says, for programs, and its fires. Raises InvalidSchedule."""
    import os

    from rota.domain.schedule import Schedule, check_new
    from rota.domain.substitution import substitute

    allowed = session.loaded.settings.schedule_env
    resolved = substitute(asked["expression"], os.environ, allowed)
    read = Schedule(asked["kind"], resolved, asked["timezone"])
    notes = check_new(read, session.screen.now)
    fires = read.preview(after or session.screen.now, count)
    return _validated(str(read.kind), read.expression, read.timezone, read.explain(), notes, fires), fires


def _check_there(
    session: Session, asked: dict[str, str], after: Any, count: int
) -> "tuple[dict[str, Any], list[Preview]]":
    """The same, by the variables and the clock of the server."""
    assert session.server is not None
    with session.remote(session.server) as remote:
        told = remote.jobs.validate(**asked, after=after, count=count)
    fires = told.fires
    return _validated(told.kind, told.expression, told.timezone, told.explanation, told.notes, fires), fires


def _validated(
    kind: str,
    expression: str,
    timezone: str,
    explanation: str,
    notes: "Sequence[str]",
    fires: "list[Preview]",
) -> dict[str, Any]:
    return {
        "valid": True,
        "schedule_type": kind,
        "schedule_expression": expression,
        "timezone": timezone,
        "explanation": explanation,
        "notes": list(notes),
        "next_run": fires[0].at.isoformat() if fires else None,
        "next_runs": [fire_json(fire) for fire in fires],
    }
