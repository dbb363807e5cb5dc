"""`scheduler`, `worker`, `web`: the parts of `serve` as processes of their own, for many machines."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from rota.cli import settle
from rota.cli.frame import Verb
from rota.cli.session import Session, pass_session
from rota.domain.errors import Invalid
from rota.domain.queues import only as queues_of

if TYPE_CHECKING:
    from rota.app import Rota
    from rota.settings import Settings


@click.command("scheduler", cls=Verb)
@click.option("--queues", help="Which queues run where: QUEUE=local or QUEUE=celery, comma list.")
@pass_session
def scheduler(session: Session, **flags: Any) -> None:
    """Plan what is due until Ctrl-C, and hand to the broker what Celery is to run. Runs no job itself.

    Any number of them may run beside each other on PostgreSQL: none is elected, and each slot is planned once.
    """
    from rota.cli.ticker import Ticker

    with _begun(session, flags) as (rota, is_new):
        ticker, told = Ticker(rota, session.screen), _told_to_end()
        host = rota.host(agent=False, watch=ticker.saw)
        host.start()
        ticker.start(host.node.id, is_new=is_new)
        told.wait()
        host.stop()
        ticker.stop()
    session.screen.note("Stopped.")


@click.command("worker", cls=Verb)
@click.option(
    "-Q", "only", metavar="QUEUES", help="The queues to serve, comma list; default: all that are local."
)
@click.option(
    "-m", "--module", "modules", multiple=True, help="A module or .py file with jobs; may be repeated."
)
@click.option("--app", help="module:callable that makes context.app, once per runner.")
@click.option("--app-database-url", metavar="URL", help="The application's own database, for context.db.")
@click.option("--runners", metavar="N", type=click.IntRange(1, 256), help="How many jobs run at a time.")
@click.option("--queues", help="Which queues run where: QUEUE=local or QUEUE=celery, comma list.")
@click.option("--node-name", help="How this worker is called; default: the name of the machine.")
@pass_session
def worker(session: Session, only: str | None, modules: tuple[str, ...], **flags: Any) -> None:
    """Run jobs until Ctrl-C: those of the queues given. Schedules nothing itself.

    Ctrl-C lets what runs finish; a second one does not wait.
    """
    session.flags |= {"modules": modules or None, **flags}
    settings = session.loaded.settings
    queues = queues_of(settings.queues, only.split(",") if only else ())
    settings = settings.model_copy(update={"queues": queues})
    if only and settings.celery_queues:
        with _begun(session, {}):
            pass
        _work_for_celery(settings)
    else:
        _work(session, settings)


def _work(session: Session, settings: "Settings") -> None:
    from dataclasses import replace

    from rota.engine.worker import Worker, agent_below

    with _begun(session, {}) as (rota, _):
        below = agent_below(replace(rota, settings=settings))
        working, told = Worker(below), _told_to_end(below.hurry)
        working.start()
        session.screen.note(f"Runs jobs of the queues {', '.join(settings.local_queues)}.")
        told.wait()
        working.stop()
    session.screen.note("Stopped. Nothing is left running.")


@click.command("web", cls=Verb)
@click.option("--host", help="The address at which the API answers; default 127.0.0.1.")
@click.option(
    "--port", metavar="N", type=click.IntRange(0, 65_535), help="The port; default 8321, 0: any that is free."
)
@click.option("--node-name", help="How this process is called; default: the name of the machine.")
@pass_session
def web(session: Session, **flags: Any) -> None:
    """Answer to the API until Ctrl-C. Schedules and runs nothing itself."""
    from rota.cli.web import WebServer
    from rota.engine.membership import Attendance, Membership

    with _begun(session, flags) as (rota, _):
        told, server = _told_to_end(), WebServer(rota, session.screen)
        attendance = Attendance(Membership(rota.db, rota.clock, rota.node("web")))
        attendance.start()
        server.start()
        told.wait()
        server.stop()
        attendance.stop()
    session.screen.note("Stopped.")


def _work_for_celery(settings: "Settings") -> None:
    """Be a Celery worker until it is told to end."""
    if settings.broker_url is None:
        raise Invalid(
            "there is no broker", fix="set ROTA_BROKER_URL to amqp://… or redis://…", field="broker_url"
        )
    try:
        from rota.celery import work
    except ImportError as error:
        raise Invalid("Celery is not installed", fix="pip install 'rota[celery]'", field="queues") from error
    work(settings)


@contextmanager
def _begun(session: Session, flags: dict[str, Any]) -> Iterator[tuple["Rota", bool]]:
    """The product on a database that has its tables, and whether they were made just now."""
    from rota.app import build

    session.require_local()
    session.flags |= flags
    session.go_on()
    with build(session.loaded.settings) as rota:
        is_new = rota.upgrade()
        settle()
        yield rota, is_new


def _told_to_end(hurry: Callable[[], None] = lambda: None) -> threading.Event:
    """Set once the process is told to end, by Ctrl-C or SIGTERM. hurry: called when it is told again"""
    told = threading.Event()

    def hear(*_: object) -> None:
        if told.is_set():
            hurry()
        else:
            print("Stopping.", file=sys.stderr)
            told.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, hear)
    return told
