"""A folder with jobs, and the program `rota` in it as processes of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

JOBS = """
import sys, time
from rota import JobContext, JobResult, job

@job
def greet(context: JobContext, *, name: str = "world") -> JobResult:
    print(f"hello {name}")
    return JobResult(message=f"greeted {name}", items_processed=1)

@job
def fail():
    print("about to fail")
    raise ValueError("no such \\x1b[31mcolour")

@job
def slow(context: JobContext, *, seconds: float = 60):
    for second in range(int(seconds * 10)):
        print(f"line {second}", flush=True)
        time.sleep(0.1)

@job(every="1s")
def tick():
    pass
"""
SECONDS = 60


class Folder:
    """A folder with a module of jobs, and the program `rota` run in it as a process of its own."""

    def __init__(self, path: Path, url: str) -> None:
        self.path = path
        (path / "work.py").write_text(JOBS)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ROTA_")}
        self.environ = {**kept, "ROTA_DATABASE_URL": url, "ROTA_MODULES": "work", "ROTA_RUNNERS": "1"}

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start a command and go on."""
        return subprocess.Popen(
            [sys.executable, "-m", "rota", *words], cwd=self.path, env=self.environ, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def rota(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        process = self.start(*words)
        out, err = process.communicate(timeout=SECONDS)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def serve(self) -> "Server":
        """Start a server."""
        return Server(self)


class Server:
    """`rota serve` for the length of a `with` block; ended by Ctrl-C, and it must end well."""

    def __init__(self, folder: Folder) -> None:
        self.process = folder.start("serve", "--json")
        self.said: list[dict[str, Any]] = []

    def __enter__(self) -> "Server":
        self.until(lambda event: event["event"] == "ready")
        return self

    def until(self, wanted) -> dict[str, Any]:
        """Read what it says until something is wanted."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event: dict[str, Any] = json.loads(line)
            self.said.append(event)
            if wanted(event):
                return event
        raise AssertionError(f"ended: {self.process.stderr.read() if self.process.stderr else ''}")

    def stop(self, number: int = signal.SIGINT) -> tuple[str, str]:
        """Ask it to end. Returns what it said then, on stdout and stderr."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=SECONDS)
        assert self.process.returncode == 0, err
        return out, err

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()


def folder_on(url: str, path: Path) -> Folder:
    """A folder whose database has its tables."""
    (path / "code").mkdir()
    made = Folder(path / "code", url)
    assert made.rota("db", "upgrade").returncode == 0
    return made
