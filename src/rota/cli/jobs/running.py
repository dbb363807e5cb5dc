"""Runs asked for: run, execute, and the two that tidy up."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from rota.cli.arguments import F, arg_option, args_file_option, job_argument, task_arguments
from rota.cli.frame import Verb
from rota.cli.jobs.telling import WAITS, print_ended, print_queued
from rota.cli.session import Session, pass_session

if TYPE_CHECKING:
    from rota.app import Rota
    from rota.cli.one_shot import OneShot
    from rota.client.remote import Remote
    from rota.domain.execution import Execution
    from rota.domain.job import Job

UNSUCCESSFUL, TIMED_OUT, INTERRUPTED = 5, 8, 130


def _run_options(wait: bool) -> Callable[[F], F]:
    """The options of a run; whether it waits unless told otherwise."""

    def add(command: F) -> F:
        options = (
            click.option(
                "--wait/--no-wait", default=wait, show_default=True, help="Wait until it has ended."
            ),
            click.option("--follow", is_flag=True, help="Wait, and print its output as it comes."),
            click.option(
                "--timeout", metavar="SECONDS", type=click.FloatRange(0), help="Wait at most so many seconds."
            ),
            click.option(
                "-m", "--module", "modules", multiple=True, help="Where its task is, if no node runs."
            ),
        )
        for option in reversed(options):
            command = option(command)
        return command

    return add


def _of_a_job(command: F) -> F:
    """Which job is run, with which arguments."""
    force = "Although it is disabled or paused; never in spite of overlap."
    for option in (
        args_file_option,
        arg_option,
        click.option("--force", is_flag=True, help=force),
        job_argument,
    ):
        command = option(command)
    return command


def _length(name: str, default: int, told: str) -> Callable[[F], F]:
    """An option that takes a length of time, in the unit that it is named after."""
    unit = name.lstrip("-").upper()
    return click.option(
        name, metavar=unit, type=click.FloatRange(0), default=default, show_default=True, help=told
    )


@click.command("run", cls=Verb)
@_of_a_job
@_run_options(wait=True)
@pass_session
def run(session: Session, job: str, args: Any, args_file: Any, **how: Any) -> None:
    """Run a job now and wait for it: print its message, items and duration.

    Exits 5 when it ended unsuccessfully. When no live node can take it, an agent for this one run is started here.
    """
    ask(session, job, kwargs=task_arguments(args, args_file), **how)


@click.command("execute", cls=Verb)
@_of_a_job
@_run_options(wait=False)
@pass_session
def execute(session: Session, job: str, args: Any, args_file: Any, **how: Any) -> None:
    """Queue a run of a job now and print the execution's id; a live node takes it."""
    ask(session, job, kwargs=task_arguments(args, args_file), **how)


@click.command("cleanup-sessions", cls=Verb)
@_length("--hours", 1, "Inactive for so long.")
@_run_options(wait=True)
@pass_session
def cleanup_sessions(session: Session, hours: float, **how: Any) -> None:
    """Clean up inactive sessions, by running the job session_cleanup; also spelled session-cleanup."""
    ask(session, "session_cleanup", kwargs={"hours": _whole(hours)}, force=True, **how)


@click.command("log-cleanup", cls=Verb)
@_length("--days", 30, "Days to retain.")
@_run_options(wait=True)
@pass_session
def log_cleanup(session: Session, days: float, **how: Any) -> None:
    """Clean up old executions and their output, by running the job database_cleanup."""
    ask(session, "database_cleanup", kwargs={"keep_days": _whole(days)}, force=True, **how)


def _whole(number: float) -> float:
    return int(number) if number.is_integer() else number


def ask(
    session: Session,
    reference: str,
    *,
    kwargs: dict[str, Any] | None,
    force: bool,
    wait: bool,
    follow: bool,
    timeout: float | None,
    modules: tuple[str, ...],
) -> None:
    """Queue one run, wait for it if asked to, and end with the exit code that tells how it went."""
    session.flags["modules"] = modules or None
    ctx = click.get_current_context()
    with session.rota() as rota:
        _tidy(session, rota)
        job = _job(session, rota, reference)
        execution_id = rota.executions.execute(reference, session.actor, kwargs=kwargs, force=force)
        if not (wait or follow):
            print_queued(session, rota, job, execution_id)
            return
        ended = _await(session, rota, job, execution_id, follow=follow, timeout=timeout)
        print_ended(session, rota, ended)
    ctx.exit(0 if ended.status == "succeeded" else UNSUCCESSFUL)


def _job(session: Session, rota: "Rota | Remote", reference: str) -> "Job":
    """The job. Where no scheduler lives, code may declare one that nobody has loaded yet. Raises NotFound."""
    from rota.domain.errors import NotFound

    try:
        return rota.jobs.get(reference)
    except NotFound as error:
        if not session.is_local(rota) or rota.presence.schedulers():
            raise
        error.fix = f"{error.fix}; {_adopted(rota, reference)}"
        with contextlib.suppress(NotFound):
            return rota.jobs.get(reference)
        raise


def _adopted(rota: "Rota", reference: str) -> str:
    """Make the job if the modules declare it; what to do if they do not."""
    from rota.cli.one_shot import adopt

    modules = rota.settings.modules
    if not modules:
        return "where its code has not been loaded yet, name its module with -m"
    return adopt(rota, reference) or f"{', '.join(modules)} declares none of that name"


def _tidy(session: Session, rota: "Rota | Remote") -> None:
    """Where no scheduler lives nobody notices nodes that died; what they had begun would be in the way."""
    if session.is_local(rota) and not rota.presence.schedulers():
        from rota.engine.reaper import Reaper

        Reaper(rota.db, rota.clock).tick()


def _await(
    session: Session,
    rota: "Rota | Remote",
    job: "Job",
    execution_id: int,
    *,
    follow: bool,
    timeout: float | None,
) -> "Execution":
    import sys

    from rota.cli.lines import LinePrinter
    from rota.cli.waiting import Waiting

    stream = sys.stderr if session.screen.format == "json" else sys.stdout
    printer = LinePrinter(session.screen, stream) if follow else None
    with _worker(session, rota, job, execution_id) as helper:
        between = helper.check if helper else lambda _: None
        waiting = Waiting(
            rota,
            session.screen,
            session.look,
            printer=printer,
            usual=job.average_duration_ms,
            between=between,
        )
        try:
            ended = waiting.until_ended(execution_id, timeout)
        except KeyboardInterrupt:
            _leave(session, helper, execution_id, "Interrupted")
            click.get_current_context().exit(INTERRUPTED)
        if ended is None:
            _leave(session, helper, execution_id, f"It did not end within {timeout:g} s")
            click.get_current_context().exit(TIMED_OUT)
        return ended


def _leave(session: Session, helper: "OneShot | None", execution_id: int, why: str) -> None:
    """Wait no longer. What a node runs goes on; what only this process keeps running is cancelled."""
    if helper is None:
        told = f"{why}; execution {execution_id} goes on: `rota executions show {execution_id}`"
        session.screen.note(told)
        return
    session.screen.note(f"{why}; execution {execution_id} runs only here, so it is cancelled.")
    helper.stop()


@contextlib.contextmanager
def _worker(
    session: Session, rota: "Rota | Remote", job: "Job", execution_id: int
) -> "Iterator[OneShot | None]":
    """An agent for this run where no live node can take it; a server's jobs run where the server is."""
    if rota.presence.takers(job):
        yield None
    elif session.is_local(rota):
        from rota.cli.one_shot import OneShot

        with OneShot(rota, execution_id, session) as helper:
            yield helper
    else:
        session.screen.note(WAITS)
        yield None
