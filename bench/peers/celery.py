"""Celery with two processes, results in PostgreSQL, and celery beat with its schedules in a file."""

import time
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from celery import Celery
from celery.schedules import schedstate, schedule

from bench.peers import line

DATABASE = line.given("DATABASE")
app = Celery("bench", broker=line.given("BROKER"))
app.conf.result_backend = DATABASE.replace("postgresql://", "db+postgresql+psycopg://") if DATABASE else None
# As its documentation advises for tasks that are over in a moment.
app.conf.worker_prefetch_multiplier = 64
# Loaded before the pool forks: else each result would open a connection of its own.
app.backend  # noqa: B018
WORKER = [
    "-m",
    "celery",
    "-q",
    "-A",
    "bench.peers.celery",
    "worker",
    "-c",
    "2",
    "-P",
    "prefork",
    "-l",
    "ERROR",
]


class At(schedule):
    """Due once, at an instant."""

    def __init__(self, at: float) -> None:
        super().__init__(run_every=86_400)
        self.at = at

    def is_due(self, last_run_at: datetime) -> Any:
        """Whether the instant has come, and how long to wait."""
        now = time.time()
        if now >= self.at and last_run_at.timestamp() < self.at:
            return schedstate(True, 86_400)
        return schedstate(False, self.at - now if now < self.at else 86_400)

    def __reduce__(self) -> Any:
        return At, (self.at,)


@app.task(name="nothing")
def nothing() -> None:
    """What is measured."""


@app.task(name="stamp", ignore_result=True)
def stamp(due: float) -> None:
    """Note a body that was due."""
    line.stamp(due)


if line.given("KIND") == "herd":
    at = float(line.given("DUE"))
    entries = {f"job_{n}": {"task": "stamp", "schedule": At(at), "args": (at,)} for n in range(line.count())}
    app.conf.beat_schedule = entries


def throughput() -> None:
    """See line.rate."""
    with psycopg.connect(DATABASE, autocommit=True) as conn:

        def enqueue(count: int) -> None:
            for _ in range(count):
                nothing.delay()

        def ended() -> int:
            if line.counted(conn, "SELECT count(*) FROM pg_class WHERE relname = 'celery_taskmeta'") == 0:
                return 0
            return line.counted(conn, "SELECT count(*) FROM celery_taskmeta WHERE status = 'SUCCESS'")

        line.tell("celery", rate=line.rate(WORKER, enqueue, ended))


def herd() -> None:
    """COUNT entries of beat, all due at one instant."""
    due = float(line.given("DUE"))
    file = str(Path(line.given("SCRATCH"), "schedule"))
    beat = ["-m", "celery", "-q", "-A", "bench.peers.celery", "beat", "-s", file, "--pidfile=", "-l", "ERROR"]
    with line.worker(*WORKER), line.worker(*beat):
        line.wait_until_begun(line.count(), due)
    line.tell("celery", **line.herd(due))
