"""A place to break things: servers as real processes on one database, and the sight of all that they do."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest
from sqlalchemy import select

from rota.app import Rota, build
from rota.domain.actor import Actor
from rota.domain.errors import RotaError
from rota.settings import Settings
from rota.store.database import sqlite_module
from rota.store.schema import nodes
from tests.faults import agent_process, checker, effects
from tests.servers.leftovers import MARK

ROOT = Path(__file__).parents[2]
ADA = Actor("ada", "python")
PATIENCE = 120.0
HEADER = """
import contextlib, ctypes, os, signal, subprocess, sys, time
from rota import DoNotRetry, JobContext, JobResult, Retry, job
from tests.faults.effects import note, noted, work
"""
T = TypeVar("T")

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what has nothing to do with the database."""


class Server:
    """One scheduling process and all below it."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self.pid = process.pid

    @property
    def agent(self) -> int:
        """The agent's process. Raises LookupError when there is none."""
        for child in psutil.Process(self.pid).children():
            if child.status() != psutil.STATUS_ZOMBIE:
                return child.pid
        raise LookupError("no agent")

    def tree(self) -> list[int]:
        """All processes of it, from the top."""
        top = psutil.Process(self.pid)
        return [self.pid, *(child.pid for child in top.children(recursive=True))]

    def end(self, seconds: float = PATIENCE) -> int:
        """Ask it to end, and wait. Returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self) -> None:
        """Kill this process, and nothing of what is below it."""
        self.process.kill()
        self.process.wait()


class Site:
    """Servers on one database, seen from outside.

    url     of the database
    folder  for modules and for what jobs leave behind
    """

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.effects_file = folder / "effects"
        self.rota: Rota = build(Settings(database_url=url))
        self.ledger = checker.Ledger()
        self._servers: list[Server] = []

    def serve(
        self,
        code: str,
        *,
        failpoint: str = "",
        agent_failpoint: str = "",
        url: str = "",
        wait: bool = True,
        **settings: Any,
    ) -> Server:
        """Start a server on the jobs of a module; return when it is ready for work, unless told not to wait.

        failpoint, agent_failpoint  armed in the server, and in its first agent (see engine/failpoint.py)
        url  by which the server reaches the database, if not by the site's own
        """
        module = self.folder / "work.py"
        module.write_text(HEADER + code)
        given = {"database_url": url or self.url, "modules": [str(module)], "runners": 2, "kill_after": 1.5}
        given |= {"shutdown_grace": 2, **settings}
        environ = os.environ | {
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src"))),
            effects.FILE: str(self.effects_file),
            "ROTA_FAILPOINT": failpoint,
            agent_process.FAILPOINT: agent_failpoint,
            agent_process.SPENT: str(self.folder / f"spent-{len(self._servers)}"),
        }
        command = [sys.executable, "-P", "-m", "tests.faults.server_process", json.dumps(given)]
        server = Server(subprocess.Popen(command, env=environ, cwd=self.folder))
        self._servers.append(server)
        if wait:
            self.until(lambda: self.is_ready(server), "the server is ready")
        return server

    def is_ready(self, server: Server) -> bool:
        """Whether its agent has taken its place."""
        assert server.process.poll() is None, "the server ended before it was ready"
        try:
            agent = server.agent
        except LookupError:
            return False
        return any(pid == agent for pid, role, status in self._nodes() if status == "live")

    def is_gone(self, pid: int) -> bool:
        """Whether every node of that process was declared gone."""
        return all(status == "gone" for found, _, status in self._nodes() if found == pid)

    def lives(self, pid: int) -> bool:
        """Whether a node of that process is live."""
        return any(status == "live" for found, _, status in self._nodes() if found == pid)

    def freeze(self, pid: int) -> None:
        """Freeze a process that holds no lock of SQLite: nothing but its own end or return frees that one."""
        while True:
            kill(pid, signal.SIGSTOP)
            if not self.rota.db.is_sqlite or self._is_free():
                return
            kill(pid, signal.SIGCONT)
            time.sleep(0.05)

    def _is_free(self) -> bool:
        with contextlib.closing(
            sqlite_module().connect(self.url[10:], timeout=1, isolation_level=None)
        ) as conn:
            try:
                conn.execute("BEGIN IMMEDIATE")
            except sqlite_module().OperationalError:
                return False
            return True

    def _nodes(self) -> list[tuple[int, str, str]]:
        try:
            with self.rota.db.read() as conn:
                return [tuple(row) for row in conn.execute(select(nodes.c.pid, nodes.c.role, nodes.c.status))]
        except Exception:
            # The server may not have made the tables yet.
            return []

    def until(self, true: Callable[[], T], what: str, seconds: float = PATIENCE) -> T:
        """Wait until it is true; what was is kept in the ledger meanwhile. Returns the true value."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.look()
            if found := true():
                return found
            time.sleep(0.05)
        rows = "\n".join(map(str, self.rows()))
        raise AssertionError(f"not within {seconds:g} s: {what}; the executions:\n{rows}")

    def look(self) -> None:
        """Note in the ledger how everything stands."""
        self.ledger.note(self.rows())

    def rows(self, job: str | None = None) -> list[checker.Row]:
        """The executions, the oldest first."""
        try:
            return checker.rows(self.rota.db, job)
        except Exception:
            return []

    def story(self, job: str) -> list[str]:
        """The statuses of a job's attempts, the oldest first."""
        return [row.status for row in self.rows(job)]

    def until_story(self, job: str, *statuses: str, seconds: float = PATIENCE) -> list[checker.Row]:
        """Wait until the job's executions stand so."""
        self.until(lambda: self.story(job) == list(statuses), f"{job} is {', '.join(statuses)}", seconds)
        return self.rows(job)

    def effects(self, job: str, what: str = "begin") -> list[dict[str, Any]]:
        """What the job noted."""
        return [one for one in checker.noted(self.effects_file) if one["job"] == job and one["what"] == what]

    def begun(self, job: str, times: int = 1) -> int:
        """Wait until a body of the job has begun so often. Returns the process of the last one."""
        self.until(lambda: len(self.effects(job)) >= times, f"{job} has begun {times} times")
        return int(self.effects(job)[-1]["pid"])

    def run(self, job: str, **kwargs: Any) -> int:
        """Ask for a run. Returns the execution's id."""
        return self.rota.executions.execute(job, ADA, kwargs=kwargs or None)

    def ran(self, job: str) -> int:
        """Ask for a run as soon as the job exists."""

        def asked() -> int:
            try:
                return self.run(job)
            except RotaError:
                return 0

        return self.until(asked, f"{job} can be run")

    def end(self) -> list[str]:
        """End every server. Returns which rules were broken."""
        codes = [server.end() for server in self._servers if server.process.poll() is None]
        self.look()
        rows = checker.rows(self.rota.db)
        problems = [f"a server ended with {code}" for code in codes if code]
        problems += checker.broken(rows, checker.noted(self.effects_file), self.rota.db)
        return problems + self.ledger.changed + checker.alive(os.environ[MARK])

    def close(self) -> None:
        """Whatever happened: leave nothing behind."""
        for server in self._servers:
            if server.process.poll() is None:
                for pid in reversed(server.tree()):
                    kill(pid)
                server.process.wait()
        self.rota.close()


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    """Signal a process that may be gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def dead(pid: int) -> bool:
    """Whether the process does nothing any more."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
