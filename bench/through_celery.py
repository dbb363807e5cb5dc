"""rota's executions through Celery: a scheduler that submits, and one worker with two processes."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import site
from bench.queueing import queue
from rota.app import build
from rota.settings import Settings


def of_rota(url: str, broker: str, count: int) -> float:
    """No-ops a second, from queued to recorded end."""
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder, "measured_jobs.py")
        module.write_text(site.NOTHING)
        given = {"ROTA_DATABASE_URL": url, "ROTA_BROKER_URL": broker, "ROTA_QUEUES": "*=celery"}
        given |= {"ROTA_MODULES": str(module), "ROTA_RUNNERS": "2"}
        with build(Settings(database_url=url)) as rota:
            rota.upgrade()
            with started(["rota", "scheduler"], given), started(["rota", "worker", "-Q", "default"], given):
                job = site.wait_for_job(rota, "nothing")
                for warm in (20, 100):
                    queue(rota, job, warm)
                    site.wait_until_done(rota)
                queue(rota, job, count)
                began = time.perf_counter()
                site.wait_until_done(rota)
                return count / (time.perf_counter() - began)


@contextlib.contextmanager
def started(words: list[str], environ: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A command of Python's, for the length of the block; its output is thrown away."""
    command = [sys.executable, "-m", *words]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=os.environ | environ, stdout=quiet, stderr=quiet)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)
