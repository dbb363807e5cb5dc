"""What a command works with: the settings, the services, the way to print, and who asks."""

import gc
import getpass
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

import click

from rota.cli import LATER
from rota.cli.frame import META
from rota.domain.actor import Actor
from rota.domain.errors import Denied, Unavailable

if TYPE_CHECKING:
    from rota.app import Rota
    from rota.cli.screen import Screen
    from rota.client.profile import Server
    from rota.client.remote import Remote
    from rota.settings import Loaded


AT_HAND, AFAR = 0.1, 0.5
"""Seconds between looks: at a database, and at a server."""


class Session:
    """One command's view of the world, made by `pass_session`; it knows the shared options of its context."""

    def __init__(self, ctx: click.Context | None = None) -> None:
        self.options: dict[str, Any] = (ctx or click.get_current_context()).meta.get(META, {})
        self.flags: dict[str, Any] = {}

    @cached_property
    def loaded(self) -> "Loaded":
        """The settings with their sources; `flags` are those of the command itself."""
        from rota.settings import load

        shared = {"database_url": self.options.get("database_url")}
        return load({**shared, **self.flags}, os.environ, Path.cwd())

    @cached_property
    def screen(self) -> "Screen":
        """How to print."""
        from datetime import UTC, datetime

        from rota.cli.colour import has_colour
        from rota.cli.screen import Screen, terminal_width

        form = "json" if self.options.get("as_json") else self.options.get("output", "table")
        return Screen(
            format=form,
            quiet=bool(self.options.get("quiet")),
            time=self.options.get("time", "relative"),
            now=datetime.now(UTC),
            width=terminal_width(sys.stdout),
            colour=has_colour(sys.stdout),
        )

    @cached_property
    def actor(self) -> Actor:
        """Who asks: the user of this machine."""
        try:
            return Actor(getpass.getuser(), "cli")
        except (OSError, KeyError):
            return Actor(f"uid {os.getuid()}", "cli")

    @cached_property
    def server(self) -> "Server | None":
        """The server that is to be asked, None for a database. An option wins over the environment."""
        from rota.client.profile import find

        given, database = self.options.get("server"), self.options.get("database_url")
        if given and database:
            raise click.UsageError("--server and --database-url exclude each other.")
        return None if database else find(given, os.environ)

    def require_local(self) -> None:
        """Raises UsageError for a command that no server can be asked for."""
        if self.server is not None:
            command = click.get_current_context().command_path
            raise click.UsageError(
                f"`{command}` works on this machine, not through a server; leave out --server, unset ROTA_SERVER, "
                "or name a database with --database-url."
            )

    @contextmanager
    def database(self) -> Iterator["Rota"]:
        """The product, on a database whose schema may be any. Raises Unavailable where there is no file."""
        from rota.app import build

        self.require_local()
        with _begin_hint():
            _require_file(self.loaded.settings.database_url)
        with build(self.loaded.settings) as rota:
            self._tell_mode(f"the database {rota.db.url.render_as_string(hide_password=True)}")
            yield rota

    def _tell_mode(self, what: str) -> None:
        if self.options.get("verbose"):
            self.screen.note(f"Asking {what}.")

    @contextmanager
    def remote(self, server: "Server") -> Iterator["Remote"]:
        """The verbs through a server."""
        from rota.app import SystemClock
        from rota.client.remote import Remote

        by = f", profile {server.profile}" if server.profile else ""
        self._tell_mode(
            f"the server {server.url}{by}, {'with a token' if server.token else 'without a token'}"
        )
        if not server.is_private:
            self.screen.note("Careful: without TLS everybody on the way can read the token; use https://.")
        with Remote(server, SystemClock()) as remote:
            yield remote

    @contextmanager
    def rota(self) -> Iterator["Rota | Remote"]:
        """The verbs: through a server, or on a database that has its tables."""
        if self.server is not None:
            with self.remote(self.server) as remote:
                yield remote
            return
        with self.local() as rota:
            yield rota

    def is_local(self, rota: "Rota | Remote") -> "TypeGuard[Rota]":
        """Whether the verbs are those on a database."""
        return self.server is None

    def go_on(self) -> None:
        """Let a process that goes on speak as the settings say. Raises Invalid for tracing that is not installed."""
        from rota.telemetry import logs

        gc.set_threshold(LATER)

        settings = self.loaded.settings
        if settings.otel:
            from rota.telemetry.spans import require_exporter

            require_exporter()
        logs.begin(settings.log_format, settings.secrets)

    @property
    def look(self) -> float:
        """Seconds between looks at what is waited for."""
        return AT_HAND if self.server is None else AFAR

    @contextmanager
    def local(self) -> Iterator["Rota"]:
        """The product, on a database that has its tables. Raises Unavailable, saying how to make them."""
        with self.database() as rota:
            with _begin_hint():
                rota.require_schema()
            yield rota


def pass_session(command: Callable[..., None]) -> Callable[..., None]:
    """Call a command with its Session as the first argument."""

    @wraps(command)
    def called(*args: Any, **kwargs: Any) -> None:
        command(Session(), *args, **kwargs)

    return called


def _require_file(url: str) -> None:
    """Reading must not make an empty file where a name was misspelt, and says who may not read what."""
    if not url.startswith("sqlite"):
        return
    file = Path(url.partition(":///")[2].partition("?")[0])
    if file.name and not file.exists():
        raise Unavailable(f"there is no database at {file.absolute()} yet", code="schema")
    for path in (file, file.absolute().parent) if file.name else ():
        if not os.access(path, os.R_OK | os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            owner = f"uid {path.stat().st_uid}, mode {path.stat().st_mode & 0o777:o}"
            fix = "run as its owner, or let this user write both the file and its folder"
            raise Denied(
                f"{path.absolute()} may not be read and written by uid {os.geteuid()} ({owner})", fix=fix
            )


@contextmanager
def _begin_hint() -> Iterator[None]:
    try:
        yield
    except Unavailable as error:
        if error.code == "schema" and error.message.endswith("yet"):
            fix = "run `rota serve` or `rota db upgrade`; if it is elsewhere, set ROTA_DATABASE_URL"
            raise Unavailable(error.message, fix=fix, code=error.code) from error
        raise
