"""The switches of a job: pause, resume, enable, disable."""

from datetime import datetime

import click

from rota.cli.arguments import Moment, job_argument
from rota.cli.frame import Verb
from rota.cli.session import Session, pass_session
from rota.domain.errors import Invalid


@click.command("pause", cls=Verb)
@job_argument
@click.option("--reason", help="Why; whoever looks will see it.")
@click.option("--until", type=Moment(1), help="Resume by itself then: 2h, 7d or a time.")
@pass_session
def pause(session: Session, job: str, reason: str | None, until: datetime | None) -> None:
    """Hold a job, and what it has queued. What runs, finishes."""
    if until is not None and until <= session.screen.now:
        raise Invalid(f"--until {until:%Y-%m-%d %H:%M} UTC is in the past", fix="give a later time, or 2h")
    with session.rota() as rota:
        found = rota.holds.pause(job, session.actor, reason=reason, until=until)
    ending = (
        f"it resumes {session.screen.when(until, found.timezone)}"
        if until
        else f"`rota jobs resume {found.name}` ends it"
    )
    _print(session, found, f"paused; {ending}")


@click.command("resume", cls=Verb)
@job_argument
@pass_session
def resume(session: Session, job: str) -> None:
    """End a pause. What was not run meanwhile is not made up for; it is one skipped row in the history."""
    with session.rota() as rota:
        found = rota.holds.resume(job, session.actor)
    _print(session, found, "resumed")


@click.command("enable", cls=Verb)
@job_argument
@pass_session
def enable(session: Session, job: str) -> None:
    """Let a job fire from now on."""
    with session.rota() as rota:
        found = rota.holds.enable(job, session.actor)
    _print(session, found, "enabled")


@click.command("disable", cls=Verb)
@job_argument
@pass_session
def disable(session: Session, job: str) -> None:
    """Stop firing a job, and hold what it has queued. What runs, finishes."""
    with session.rota() as rota:
        found = rota.holds.disable(job, session.actor)
    _print(session, found, "disabled")


def _print(session: Session, job: object, what: str) -> None:
    from rota.cli.show_jobs import job_json
    from rota.domain.job import Job

    assert isinstance(job, Job)
    following = f"; next {session.screen.when(job.next_run, job.timezone)}" if job.next_run else ""
    session.screen.one(
        job_json(job), [("", f"✓ {job.name} (id {job.id}) is {what}{following}.")], name=job.name
    )
