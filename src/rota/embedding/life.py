"""`rota.Rota`: rota for as long as the program around it wants it."""

import asyncio
import atexit
import os
import threading
import time
from pathlib import Path
from typing import Any

import structlog

from rota.app import Rota as Product
from rota.app import build
from rota.embedding.executions import Executions
from rota.embedding.jobs import Jobs
from rota.embedding.others import Audit, Config, Nodes, Tasks, Tokens, Users
from rota.engine.host import Host
from rota.executors.sweep import MARKER
from rota.settings import Settings, load

LOOK = 0.05
"""Seconds between looks at whether the code is loaded."""


class Rota:
    """rota inside of a program: it schedules and runs between `start()` and `stop()`; the verbs always work.

    settings  Settings, or the address of the database; the rest is read as `rota serve` reads it: from
              keywords, the environment, rota.toml and pyproject.toml of the current folder
    As a context manager, plain or async, it is started and stopped. Making one opens and starts nothing.
    """

    def __init__(self, settings: Settings | str | None = None, /, **given: Any) -> None:
        if isinstance(settings, Settings):
            if given:
                raise TypeError(f"{', '.join(given)}: give Settings or keywords, not both")
            self.settings = settings
        else:
            address = {} if settings is None else {"database_url": settings}
            self.settings = load(address | given, os.environ, Path.cwd()).settings
        self.product = build(self.settings)
        self._lock = threading.Lock()
        self._host: Host | None = None
        self._pid = os.getpid()
        self._has_tables = False

    @property
    def is_running(self) -> bool:
        """Whether this process schedules and runs; one that was forked off it does not."""
        return self._host is not None and self._pid == os.getpid()

    def start(self) -> None:
        """Schedule and run jobs from now on, in threads of this process and processes below it.

        Brings the database to this version's schema first. What is running already stays as it is. Inside of a
        runner, which imports the program's modules for their jobs, nothing happens. Ends with the program.
        Raises Unavailable when the database is, Invalid for an address that is none.
        """
        with self._lock:
            if self.is_running or MARKER in os.environ:
                return
            self._mind_the_log()
            self.product.upgrade()
            host = self.product.host()
            host.start()
            self._host, self._pid = host, os.getpid()
            atexit.register(self.stop)

    def wait_until_ready(self, seconds: float = 60) -> bool:
        """Wait until the code is loaded and its jobs are known, at most so many seconds. Returns whether they are."""
        deadline = self.product.clock.monotonic() + seconds
        while self._host is not None and not self._host.has_agent():
            if self.product.clock.monotonic() > deadline:
                return False
            time.sleep(LOOK)
        self.product.definitions.settle(self.settings.application)
        return self._host is not None

    def stop(self, *, at_once: bool = False) -> None:
        """Schedule no more, let what runs finish (as long as the setting shutdown_grace says) and close the database.

        at_once  do not wait for what runs: it is stopped, and recorded as lost
        """
        with self._lock:
            host = self._host if self.is_running else None
            self._host = None
            if host is not None:
                host.stop(at_once=at_once)
            atexit.unregister(self.stop)
            self.product.close()

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def reload(self) -> None:
        """Let runners with the modules as they are now take over; what runs, finishes in the old ones."""
        if self._host is not None and self.is_running:
            self._host.reload()

    def _ready(self) -> Product:
        """The services behind the verbs. Raises Unavailable, with what to do, while there are no tables."""
        if not self._has_tables:
            self.product.require_schema()
            self._has_tables = True
        return self.product

    def _mind_the_log(self) -> None:
        """A program that has set up structlog hears rota there; otherwise on standard error."""
        from rota.telemetry import logs

        if not structlog.is_configured():
            logs.configure(self.product.settings.log_format, secrets=self.product.settings.secrets)

    @property
    def jobs(self) -> Jobs:
        """Jobs: list, get, create, update, delete, execute, pause, resume, enable, disable, history, explain…"""
        return Jobs(self._ready())

    @property
    def executions(self) -> Executions:
        """Executions: list, get, logs, cancel, retry, wait."""
        return Executions(self._ready())

    @property
    def tasks(self) -> Tasks:
        """Tasks: list, get."""
        return Tasks(self._ready())

    @property
    def nodes(self) -> Nodes:
        """Nodes: list."""
        return Nodes(self._ready())

    @property
    def audit(self) -> Audit:
        """The audit log: list, verify."""
        return Audit(self._ready())

    @property
    def config(self) -> Config:
        """The settings that the database keeps: list, set."""
        return Config(self._ready())

    @property
    def users(self) -> Users:
        """Users: list, create, disable."""
        return Users(self._ready())

    @property
    def tokens(self) -> Tokens:
        """Tokens: list, create, revoke."""
        return Tokens(self._ready())

    def __enter__(self) -> "Rota":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def __aenter__(self) -> "Rota":
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.stop)
