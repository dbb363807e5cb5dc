"""Walking through an example as its user does: its program, its server, its API."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import create_engine, text

from examples.launch import Example
from rota.cli.program import run
from rota.registry import load
from tests.servers.postgres import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 180.0


class Done:
    """How a command line ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        """Its output, read as JSON."""
        return json.loads(self.out)


class Walk:
    """An example in a folder of its own.

    program  its name, as an executable file of the example
    environ  what its user has set besides
    """

    def __init__(
        self, example: Example, program: str, monkeypatch: pytest.MonkeyPatch, capfd: Any, **environ: str
    ) -> None:
        self.example, self.capfd = example, capfd
        self.file = ROOT / "examples" / example.name / program
        self.port = free_port()
        for name in [name for name in os.environ if name.startswith("ROTA_")]:
            monkeypatch.delenv(name)
        for name, value in {"ROTA_PORT": str(self.port), **environ}.items():
            monkeypatch.setenv(name, value)
        setup = self.start("setup")
        assert setup.returncode == 0, setup.stderr
        self.shown = setup.stdout
        for name, value in example.environ().items():
            monkeypatch.setenv(name, value)

    def start(self, line: str) -> "subprocess.CompletedProcess[str]":
        """Run the program itself, as a process."""
        command = [sys.executable, str(self.file), *shlex.split(line)]
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)

    def __call__(self, line: str) -> Done:
        """Run a command line of the program in this process: quicker, and the same."""
        self.capfd.readouterr()
        code = run(shlex.split(line.replace("\\\n", " ")))
        said = self.capfd.readouterr()
        return Done(code, said.out, said.err)

    def json(self, line: str) -> Any:
        """What a command line prints, which has to end well, as JSON."""
        done = self(f"{line} --json")
        assert done.code == 0, done.err
        return done.json

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the example's own database."""
        engine = create_engine(os.environ["ROTA_APP_DATABASE_URL"])
        with engine.connect() as conn:
            found = [tuple(row) for row in conn.execute(text(query))]
        engine.dispose()
        return found

    @contextmanager
    def serving(self) -> Iterator[httpx2.Client]:
        """Its server as a real process; a client with an admin's token."""
        with self.running(str(self.file), "serve") as server:
            self("users create root --role admin --no-password")
            token = self.json("tokens create walk --user root")["token"]
            headers = {"Authorization": f"Bearer {token}"}
            base = f"http://127.0.0.1:{self.port}"
            with httpx2.Client(base_url=base, headers=headers, timeout=PATIENCE, trust_env=False) as client:
                self._until_ready(client, server)
                yield client

    @contextmanager
    def running(self, *words: str) -> "Iterator[subprocess.Popen[bytes]]":
        """A program of Python as a process of its own, which is asked to end afterwards."""
        environ = {**os.environ, "ROTA_SHUTDOWN_GRACE": "1"}
        command = [sys.executable, *words]
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environ
        ) as process:
            try:
                yield process
            finally:
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=PATIENCE)

    def until(self, true: Callable[[], Any], what: str) -> Any:
        """Wait until it is true. Returns the true value."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if found := true():
                return found
            time.sleep(0.05)
        raise AssertionError(f"not within {PATIENCE:g} s: {what}")

    def _until_ready(self, client: httpx2.Client, server: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and server.poll() is None:
            try:
                if client.get("/readyz").status_code == 200 and self._is_settled():
                    return
            except httpx2.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError("the server is not ready")

    def _is_settled(self) -> bool:
        """Whether a node runs the jobs, and those that the code declares are there."""
        declared = load([f"examples.{self.example.name}.jobs"], ready_made=False, environ={}).jobs.keys()
        known = {job["name"] for job in self.json("jobs list --size 100") if job["origin"] == "code"}
        return len(self.json("nodes list")) >= 2 and declared <= known
