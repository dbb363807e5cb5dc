"""No-ops through Celery: rota's executions with complete records, beside plain Celery's tasks with results.

Both have one worker with a pool of two processes, the same broker, and PostgreSQL for what is recorded. The worker is
warm, all are queued while it does nothing, and the clock runs until the last end is recorded (see throughput).
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bench import peer, site
from bench.figure import Report, Scale, raced
from bench.queueing import queue
from rota.app import build
from rota.settings import Settings

TITLE = "No-op executions through Celery, from queued to recorded end"
WHAT, UNIT = "no-ops", "/s"
COUNT = 3_000
LIMIT = 20
"""Seconds after which plain Celery is judged by what it did until then."""
BUDGET = 120
"""Seconds after which no further round begins."""


def measure(scale: Scale) -> Report:
    """Both on each broker that is there, once a round."""
    report = Report()
    with site.postgres_server() as fresh, site.brokers() as brokers:
        if fresh is None:
            report.notes.append("there is no PostgreSQL here")
            return report
        contenders: dict[str, Callable[[], float]] = {}
        for name, address in brokers.items():
            contenders[f"rota, {name}"] = partial(_rota, fresh, address, scale.pick(50, COUNT))
            contenders[f"Celery, {name}"] = partial(_celery, fresh, address, scale.pick(50, COUNT))
        report.figures += raced(WHAT, UNIT, contenders, scale.pick(1, 3), BUDGET)
    for name in brokers:
        report.more(WHAT, f"rota, {name}", f"Celery, {name}", 1)
    return report


def _celery(fresh: site.Fresh, broker: str, count: int) -> float:
    with fresh() as database:
        found = peer.run("celery", "throughput", database=database, broker=broker, count=count, limit=LIMIT)
        return float(found["rate"])


def _rota(fresh: site.Fresh, broker: str, count: int) -> float:
    """A scheduler that submits, and a worker."""
    with fresh() as url, tempfile.TemporaryDirectory() as folder:
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
