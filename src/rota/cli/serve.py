"""`serve`: schedule and run, and tell what fires and ends as it happens."""

import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

import rich_click as click

from rota.cli.frame import Verb
from rota.cli.session import Session, pass_session

if TYPE_CHECKING:
    from rota.app import Rota
    from rota.cli.ticker import Ticker
    from rota.engine.host import Host


@click.command("serve", cls=Verb)
@click.option(
    "-m", "--module", "modules", multiple=True, help="A module or .py file with jobs; may be repeated."
)
@click.option("--app", help="module:callable that makes context.app, once per runner.")
@click.option("--app-database-url", metavar="URL", help="The application's own database, for context.db.")
@click.option("--runners", type=click.IntRange(1, 256), help="How many jobs run at a time.")
@click.option("--queues", help="Which queues run here: QUEUE=local, comma list; default *=local.")
@click.option("--host", help="The address at which the API answers; default 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65_535), help="The port; default 8321, 0: any that is free.")
@click.option("--web/--no-web", default=True, show_default=True, help="Answer to the API here.")
@pass_session
def serve(session: Session, modules: tuple[str, ...], web: bool, **flags: Any) -> None:
    """Schedule and run jobs until Ctrl-C, and print what fires and ends as it happens; serve the API.

    Brings the database to this version's schema first. Ctrl-C lets what runs finish; a second one does not wait.
    """
    from rota.app import build
    from rota.telemetry import logs

    session.require_local()
    session.flags |= {"modules": modules or None, **flags}
    logs.configure()
    with build(session.loaded.settings) as rota:
        _serve(session, rota, web=web)


def _serve(session: Session, rota: "Rota", *, web: bool) -> None:
    from rota.cli.ticker import Ticker
    from rota.cli.web import WebServer

    is_new = rota.upgrade()
    ticker = Ticker(rota, session.screen)
    host = rota.host(watch=ticker.saw)
    stopping = Stopping(host, rota, session)
    with stopping.on_signals():
        host.start()
        ticker.start(host.node.id, is_new=is_new)
        server = WebServer(rota, session.screen)
        if web:
            server.start()
        stopping.asked.wait()
        server.stop()
        _stop(session, rota, host, ticker, stopping)


def _stop(session: Session, rota: "Rota", host: "Host", ticker: "Ticker", stopping: "Stopping") -> None:
    """End what runs below, then tell that all has ended."""
    from rota.domain.errors import Unavailable

    try:
        host.stop(at_once=stopping.hurried)
    except Unavailable as problem:
        session.screen.note(f"Could not say goodbye: {problem.message}. Other nodes will notice in 30 s.")
    ticker.stop()
    session.screen.note("Stopped. Nothing is left running.")


class Stopping:
    """Hears the signals: the first asks to stop, the second not to wait for what runs."""

    def __init__(self, host: "Host", rota: "Rota", session: Session) -> None:
        self.host, self.rota, self.screen = host, rota, session.screen
        self.asked = threading.Event()
        self.hurried = False

    def on_signals(self) -> "_Handlers":
        """Hear SIGINT and SIGTERM within a `with` block."""
        return _Handlers(self._heard)

    def _heard(self, *_: object) -> None:
        if not self.asked.is_set():
            grace = self.rota.settings.shutdown_grace
            self.screen.note(
                f"\nStopping: nothing new starts; what runs has {grace:g} s to finish. Ctrl-C again: do not wait."
                if sys.stderr.isatty()
                else f"Stopping: nothing new starts; what runs has {grace:g} s to finish."
            )
            self.asked.set()
        elif not self.hurried:
            self.hurried = True
            self.screen.note("Not waiting: what still runs is stopped now and recorded as lost (shutdown).")
            if self.host.agent is not None:
                self.host.agent.hurry()


class _Handlers:
    def __init__(self, heard: Any) -> None:
        self._heard = heard
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._heard)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
