"""Web servers as real processes, on a free port of this machine; when they end nothing of rota may be left."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx2
import psutil

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0
T = TypeVar("T")

UVICORN = ("uvicorn", "--fd", "{fd}", "--log-level", "warning", "--no-access-log")
GUNICORN = ("gunicorn", "--bind", "fd://{fd}", "--log-level", "warning", "--no-control-socket")


def until(look: Callable[[], T], what: str) -> T:
    """Look until there is something. Returns it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {PATIENCE:g} s: {what}")


@contextmanager
def serving(*command: str, url: str, **environ: str) -> Iterator[httpx2.Client]:
    """Serve with rota on that database; a client of it. It ends by SIGTERM, and well."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ROTA_")}
    given = {"ROTA_DATABASE_URL": url, "ROTA_RUNNERS": "1", "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port, fd = listening.getsockname()[1], listening.fileno()
        line = [sys.executable, "-m", *(part.format(fd=fd) for part in command)]
        process = subprocess.Popen(line, cwd=ROOT, env=kept | given | environ, pass_fds=[fd])
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client:
                yield client
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) in (0, -signal.SIGTERM)
        finally:
            if process.poll() is None:
                end(psutil.Process(process.pid))
                process.wait()


def end(process: psutil.Process) -> None:
    """Kill it and all below it."""
    for one in (*process.children(recursive=True), process):
        one.kill()
