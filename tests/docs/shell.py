"""A reader's terminal: an empty folder, `rota` on the path, and a server where a page starts one."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.docs.pages import Command, Snippet, commands

SHOWN_POSTGRES = "postgresql://rota:secret@db.internal/rota"
"""The address that pages show; a real, empty database stands in for it."""

SECONDS = 60


class Shell:
    """Runs console blocks. A server that one of them starts runs until the page ends; then it must end well."""

    def __init__(self, place: Path, postgres: Callable[[], str]) -> None:
        self.folder, self._log, self._postgres = place / "folder", place / "server.log", cache(postgres)
        self.folder.mkdir()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ROTA_")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
        self.environ = {
            **kept,
            "PATH": path,
            "NO_COLOR": "1",
            "COLUMNS": "100",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Shell":
        return self

    def __exit__(self, *_: object) -> None:
        self.end_server()

    def follow(self, snippet: Snippet) -> None:
        """Do what a console block shows, and compare."""
        for command in commands(self._addressed(snippet.text)):
            if command.line.startswith("export "):
                name, _, value = command.line.removeprefix("export ").partition("=")
                self.environ[name] = value.strip("'\"")
            elif re.match(r"(\w+=\S+ )*rota serve\b", command.line):
                self.start_server(command)
            else:
                self.run(command)

    def _addressed(self, text: str) -> str:
        return text.replace(SHOWN_POSTGRES, self._postgres()) if SHOWN_POSTGRES in text else text

    def run(self, command: Command) -> None:
        """One command: it ends well, and prints what the page shows, `...` standing for anything."""
        done = subprocess.run(
            command.line, shell=True, cwd=self.folder, env=self.environ, text=True, timeout=SECONDS,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"$ {command.line}\n{done.stdout}"
        assert matches(command.shown, done.stdout), (
            f"$ {command.line}\n{done.stdout}\nshown:\n{command.shown}"
        )

    def python(self, *lines: str) -> None:
        """A little Python in the folder, in a process of its own; it must end well."""
        done = subprocess.run(
            [sys.executable, "-c", "\n".join(lines)], cwd=self.folder, env=self.environ, text=True,
            capture_output=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    def start_server(self, command: Command) -> None:
        """Serve in the background; go on when its node is there. One that was started before ends first."""
        self.end_server()
        line = f"exec {command.line}" if command.line.startswith("rota") else f"exec env {command.line}"
        with self._log.open("w") as log:
            self.server = subprocess.Popen(
                line, shell=True, cwd=self.folder, env=self.environ, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + SECONDS
        while self.server.poll() is None and not self._is_ready():
            assert time.monotonic() < deadline, f"no job of the code appeared:\n{self._log.read_text()}"
            time.sleep(0.1)
        if self.server.poll() is not None:
            self.server = None
            raise AssertionError(f"$ {command.line}\n{self._log.read_text()}")

    def _is_ready(self) -> bool:
        """Whether an agent is there and jobs of the code are known."""
        agents = [
            node for node in self._listed("nodes") if node["role"] == "agent" and node["status"] == "live"
        ]
        return bool(agents) and any(job["origin"] == "code" for job in self._listed("jobs"))

    def _listed(self, noun: str) -> list[dict[str, str]]:
        listed = subprocess.run(
            ["rota", noun, "list", "--json"], cwd=self.folder, env=self.environ, text=True,
            capture_output=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        found: list[dict[str, str]] = json.loads(listed.stdout) if listed.returncode == 0 else []
        return found

    def end_server(self) -> None:
        """Ctrl-C; it ends with 0."""
        if self.server is None:
            return
        server, self.server = self.server, None
        server.send_signal(signal.SIGINT)
        try:
            server.wait(SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            raise
        printed = self._log.read_text()
        assert server.returncode == 0, printed
        assert "did not end in time" not in printed, printed


def matches(shown: str, printed: str) -> bool:
    """Whether what was printed is what is shown; blanks count once, `...` and nothing at all fit anything."""
    if not shown:
        return True
    parts = [re.escape(" ".join(part.split())).replace(r"\ ", r"\s+") for part in shown.split("...")]
    return re.fullmatch(r"\s*.*?\s*".join(parts), " ".join(printed.split()), re.DOTALL) is not None
