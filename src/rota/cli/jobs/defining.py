"""Jobs made, changed and taken away."""

import sys
from typing import TYPE_CHECKING, Any

import click

from rota.cli.arguments import job_argument
from rota.cli.frame import Verb
from rota.cli.jobs.options import job_fields_of, job_options
from rota.cli.session import Session, pass_session
from rota.cli.words import shown

if TYPE_CHECKING:
    from rota.domain.job import Job, JobSpec

DECLINED = 3


@click.command("create", cls=Verb)
@click.argument("name")
@click.argument("title")
@click.argument("job_type", metavar="TYPE")
@click.argument("kind")
@click.argument("expression")
@click.argument("task")
@job_options
@click.option("--dry-run", is_flag=True, help="Check all of it and show the next fires; make nothing.")
@pass_session
def create(session: Session, dry_run: bool, **given: Any) -> None:
    """Make a job that runs TASK on a schedule: KIND and EXPRESSION, as `daily 03:00` or `cron "0 2 * * 1"`.

    TYPE is a word of your own, or one of the usual: document_cleanup, analytics_aggregation,
    user_activity_digest, system_health_check, database_maintenance, mcp_server_health_check, custom.
    """
    spoken = {
        "name": given.pop("name"),
        "title": given.pop("title"),
        "job_type": given.pop("job_type"),
        "schedule_type": given.pop("kind"),
        "schedule_expression": given.pop("expression"),
        "task_name": given.pop("task"),
    }
    with session.rota() as rota:
        defaults = rota.configuration.job_defaults(spoken["task_name"])
        spec = _spec({**defaults, **spoken, **job_fields_of(given)})
        if dry_run:
            rota.jobs.check(spec)
            _print_dry(session, spec)
            return
        made = rota.jobs.create(spec, session.actor)
    _print_changed(session, made, "created")


def _spec(fields: dict[str, Any]) -> "JobSpec":
    from pydantic import ValidationError

    from rota.domain.job import JobSpec

    try:
        return JobSpec(**fields)
    except ValidationError as error:
        raise _invalid(error) from error


def _invalid(error: Any) -> Exception:
    from rota.domain.errors import Invalid

    first = error.errors(include_url=False)[0]
    field = str(first["loc"][0])
    fix = None
    if field == "name":
        fix = "begin with a letter, then letters, digits, _ . - (at most 100); the title may be any text"
    return Invalid(f"{field} {first['input']!r}: {first['msg']}", fix=fix, field=field)


def _print_dry(session: Session, spec: "JobSpec") -> None:
    fires = [] if "${" in spec.schedule_expression else spec.schedule.fires(session.screen.now, 3)
    data = spec.model_dump(mode="json") | {"dry_run": True, "next_runs": [at.isoformat() for at in fires]}
    told = ", ".join(session.screen.when(at, spec.timezone) for at in fires)
    session.screen.one(data, [("", f"✓ {spec.name} could be created"), ("next", told)], name=spec.name)


def _print_changed(session: Session, job: "Job", verb: str) -> None:
    """The job as JSON where asked; for people a line that says what happens next."""
    from rota.cli.show_jobs import job_json, schedule_sentence

    screen = session.screen
    following = (
        f"; next {screen.when(job.next_run, job.timezone)}" if job.next_run else f"; it is {job.status.value}"
    )
    told = f"✓ {job.name} (id {job.id}) {verb}. {schedule_sentence(job)}{following}."
    screen.one(job_json(job), [("", told)], name=job.name)
    for note in job.schedule.notes() if not job.problem else ():
        screen.note(f"  {note}")


@click.command("update", cls=Verb)
@job_argument
@click.option("--title", help="What people call it.")
@click.option("--type", "job_type", metavar="TYPE", help="A word of your own, or one of the usual.")
@click.option("--kind", "schedule_type", metavar="KIND", help="The kind of schedule.")
@click.option("--schedule", "schedule_expression", metavar="EXPRESSION", help="When it fires.")
@click.option("--task", "task_name", metavar="TASK", help="The task that it runs.")
@job_options
@click.option("--dry-run", is_flag=True, help="Show what would change; change nothing.")
@pass_session
def update(session: Session, job: str, dry_run: bool, **given: Any) -> None:
    """Change a job: what is not given stays as it is. A new schedule counts from now."""
    from rota.domain.job import JobPatch

    fields = job_fields_of(given)
    if not fields:
        raise click.UsageError("Nothing to change was given; `rota jobs update --help` lists what can be.")
    with session.rota() as rota:
        before = rota.jobs.get(job)
        changed = {name: value for name, value in fields.items() if getattr(before, name) != value}
        if dry_run:
            rota.jobs.check(_spec(_definition(before) | fields))
            _print_changes(session, before, changed)
            return
        _spec(_definition(before) | fields)
        after = rota.jobs.update(job, JobPatch(**fields), session.actor)
    if not session.screen.is_json and not session.screen.quiet:
        _print_changes(session, before, changed)
    _print_changed(session, after, "updated")


def _definition(job: "Job") -> dict[str, Any]:
    from rota.domain.job import JobSpec

    return {name: getattr(job, name) for name in JobSpec.model_fields}


def _print_changes(session: Session, job: "Job", changed: dict[str, Any]) -> None:
    for name, value in changed.items():
        session.screen.note(f"  {name}: {_said(getattr(job, name))} → {_said(value)}")
    if not changed:
        session.screen.note("  nothing differs from how it is")


def _said(value: Any) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


@click.command("delete", cls=Verb)
@job_argument
@click.option("--force", is_flag=True, help="Do not ask.")
@pass_session
def delete(session: Session, job: str, force: bool) -> None:
    """Take a job away. Its executions stay in the history; what it has queued is cancelled."""
    with session.rota() as rota:
        found = rota.jobs.get(job)
        if not force:
            _ask(found.name, found.total_runs)
        rota.jobs.delete(found.id, session.actor)
    data = {"id": found.id, "name": found.name, "deleted": True}
    session.screen.one(data, [("", f"✓ {found.name} (id {found.id}) deleted.")], name=found.name)


def _ask(name: str, runs: int) -> None:
    """Make sure. Without a terminal nobody can answer: that is an error of the command line."""
    if not sys.stdin.isatty():
        raise click.UsageError(
            f"Deleting {shown(name)} has to be confirmed, and there is no terminal to ask on; use --force."
        )
    if not click.confirm(f"Delete {shown(name)} ({runs:,} runs so far)?", err=True):
        click.echo("Nothing was deleted.", err=True)
        click.get_current_context().exit(DECLINED)
