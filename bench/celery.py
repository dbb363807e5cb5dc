"""Executions that do nothing through Celery, beside plain Celery with results in the same PostgreSQL, per second."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from celery import Celery
from sqlalchemy import Engine, create_engine, text

from bench import site
from rota.app import build
from rota.domain.execution import Status, Trigger
from rota.settings import Settings
from rota.store import executions
from rota.store.executions import New
from tests.servers import databases, guarded, postgres

COUNT = 1_000
ROUNDS = 2
PLAIN = """
import os
from celery import Celery
app = Celery("plain", broker=os.environ["BROKER"], backend="db+" + os.environ["BACKEND"])
app.conf.worker_prefetch_multiplier = 1

@app.task(name="nothing")
def nothing():
    pass
"""


def main() -> None:
    """Print the median of each, with two processes in the pool of one worker, for each broker there is."""
    binaries = postgres.binaries_of_wheel() or postgres.installed_binaries()
    assert binaries is not None
    with postgres.running(binaries) as server:
        for name, broker in (("RabbitMQ", guarded.rabbitmq()), ("Valkey", guarded.valkey())):
            if broker is None:
                continue
            broker.start()
            try:
                for who, measure in (("rota", of_rota), ("plain Celery", of_celery)):
                    with databases.fresh(server.url) as url:
                        rates = sorted(measure(url, broker.url)[1:])
                        print(f"{name:<10}{who:<14}{rates[len(rates) // 2]:>8,.0f}/s", flush=True)
            finally:
                broker.close()


def of_rota(url: str, broker: str) -> list[float]:
    """Executions with complete records."""
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder, "measured_jobs.py")
        module.write_text(site.NOTHING)
        given = {"ROTA_DATABASE_URL": url, "ROTA_BROKER_URL": broker, "ROTA_QUEUES": "*=celery"}
        given |= {"ROTA_MODULES": str(module), "ROTA_RUNNERS": "2"}
        with build(Settings(database_url=url)) as rota:
            rota.upgrade()
            with started(["rota", "scheduler"], given), started(["rota", "worker", "-Q", "default"], given):
                job = site.wait_for_job(rota, "nothing")
                now = rota.clock.now()
                new = New(
                    job,
                    1,
                    Status.QUEUED,
                    Trigger.MANUAL,
                    "bench",
                    "default",
                    11,
                    exclusive=False,
                    queued_at=now,
                )
                rates = []
                for _ in range(ROUNDS + 1):
                    began = time.perf_counter()
                    with rota.db.write() as conn:
                        executions.add(conn, [new] * COUNT)
                        rota.db.bell.ring(conn)
                    site.wait_until_done(rota)
                    rates.append(COUNT / (time.perf_counter() - began))
                return rates


def of_celery(url: str, broker: str) -> list[float]:
    """Tasks whose results are in the database."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "plain.py").write_text(PLAIN)
        backend = url.replace("postgresql://", "postgresql+psycopg://")
        given = {"BROKER": broker, "BACKEND": backend, "PYTHONPATH": folder}
        app, engine = Celery("plain", broker=broker), create_engine(backend)
        with started(["celery", "--quiet", "-A", "plain", "worker", "-c", "2"], given):
            rates = []
            for turn in range(1, ROUNDS + 2):
                began = time.perf_counter()
                for _ in range(COUNT):
                    app.send_task("nothing")
                wait_for_results(engine, COUNT * turn)
                rates.append(COUNT / (time.perf_counter() - began))
        engine.dispose()
        return rates


def wait_for_results(engine: Engine, count: int) -> None:
    """Wait until so many results are written."""
    while True:
        with contextlib.suppress(Exception), engine.connect() as conn:
            if conn.execute(text("SELECT count(*) FROM celery_taskmeta")).scalar_one() >= count:
                return
        time.sleep(0.02)


@contextlib.contextmanager
def started(words: list[str], environ: dict[str, str]) -> Iterator[None]:
    """A command of Python's, for the length of the block."""
    path = os.pathsep.join(filter(None, (environ.get("PYTHONPATH"), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen(
        [sys.executable, "-m", *words],
        env=os.environ | environ | {"PYTHONPATH": path},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()
