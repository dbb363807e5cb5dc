"""`serve`: schedule and run, and tell what fires and ends as it happens."""

import os
import signal
import stat
import sys
import threading
from typing import TYPE_CHECKING, Any

import click

from rota.cli import settle
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
@click.option("--runners", metavar="N", type=click.IntRange(1, 256), help="How many jobs run at a time.")
@click.option("--queues", help="Which queues run here: QUEUE=local, comma list; default *=local.")
@click.option("--host", help="The address at which the API answers; default 127.0.0.1.")
@click.option(
    "--port", metavar="N", type=click.IntRange(0, 65_535), help="The port; default 8321, 0: any that is free."
)
@click.option("--web/--no-web", default=True, show_default=True, help="Serve the dashboard and the API here.")
@pass_session
def serve(session: Session, modules: tuple[str, ...], web: bool, **flags: Any) -> None:
    """Schedule and run jobs until Ctrl-C, and print what fires and ends as it happens; serve the API.

    Brings the database to this version's schema first. Ctrl-C lets what runs finish; a second one does not wait.
    SIGHUP loads the modules anew: what runs, finishes by the old code.
    """
    from rota.app import build
    from rota.registry.modules import require_there

    session.require_local()
    session.flags |= {"modules": modules or None, **flags}
    settings = session.loaded.settings
    require_there(settings.modules)
    session.go_on()
    with build(settings) as rota:
        _serve(session, rota, web=web)


def _serve(session: Session, rota: "Rota", *, web: bool) -> None:
    from rota.cli.ticker import Ticker
    from rota.cli.web import WebServer

    is_new = rota.upgrade()
    settle()
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
    """Hears the signals: the first asks to stop, the second not to wait for what runs; SIGHUP reloads."""

    def __init__(self, host: "Host", rota: "Rota", session: Session) -> None:
        self.host, self.rota, self.screen = host, rota, session.screen
        self.asked = threading.Event()
        self.hurried = False
        self._had_terminal = _has_terminal()

    def on_signals(self) -> "_Handlers":
        """Hear SIGINT, SIGTERM and SIGHUP within a `with` block."""
        return _Handlers(
            {signal.SIGINT: self._heard, signal.SIGTERM: self._heard, signal.SIGHUP: self._hung_up}
        )

    def _hung_up(self, *_: object) -> None:
        """A daemon is asked to reload so; one whose terminal was closed is asked to stop."""
        if self._had_terminal and not _has_terminal():
            _speak_to_nobody()
            self._heard()
        else:
            self.screen.note("Reloading: the modules are loaded anew; what runs, finishes by the old code.")
            self.host.reload()

    def _heard(self, *_: object) -> None:
        if not self.asked.is_set():
            grace = self.rota.settings.shutdown_grace
            again = ""
            if sys.stderr.isatty():
                print(file=sys.stderr)  # below the ^C
                again = " Ctrl-C again: do not wait."
            self.screen.note(f"Stopping: nothing new starts; what runs has {grace:g} s to finish.{again}")
            self.asked.set()
        elif not self.hurried:
            self.hurried = True
            self.screen.note("Not waiting: what still runs is stopped now and recorded as lost (shutdown).")
            self.host.hurry()


class _Handlers:
    """Sets the handlers, and puts back those before. A signal that is ignored, as SIGHUP under nohup, stays so."""

    def __init__(self, handlers: dict[signal.Signals, Any]) -> None:
        self._handlers = handlers
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        for number, handler in self._handlers.items():
            if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, handler)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def _speak_to_nobody() -> None:
    """What is written to a terminal that is gone fails."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):
        if stat.S_ISCHR(os.fstat(number).st_mode):
            os.dup2(nowhere, number)
    os.close(nowhere)


def _has_terminal() -> bool:
    """Whether this process still belongs to a terminal."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY))
    except OSError:
        return False
    return True
