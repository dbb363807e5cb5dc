"""DBOS on PostgreSQL: durable workflows on a queue, in threads of one process."""

import time
from pathlib import Path

import psycopg
from dbos import DBOS, DBOSClient

from bench.peers import line

QUEUE = "bench"
READY = Path(line.given("SCRATCH"), "ready")
"""There when the worker has made its tables."""
ADDRESS = line.given("DATABASE").replace("postgresql://", "postgresql+psycopg://")


def work() -> None:
    """Be a worker, for ever."""
    DBOS(
        config={
            "name": "bench",
            "system_database_url": ADDRESS,
            "log_level": "ERROR",
            "application_version": "1",
        }
    )

    @DBOS.workflow(name="nothing")
    def nothing() -> None:
        """What is measured."""

    DBOS.launch()
    DBOS.register_queue(QUEUE, polling_interval_sec=0.1)
    READY.touch()
    time.sleep(10_000)


def throughput() -> None:
    """See line.rate."""
    found: list[DBOSClient] = []

    def enqueue(count: int) -> None:
        if not found:
            deadline = time.monotonic() + line.PATIENCE
            while not READY.exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            found.append(DBOSClient(system_database_url=ADDRESS))
        for _ in range(count):
            found[0].enqueue({"queue_name": QUEUE, "workflow_name": "nothing", "app_version": "1"})

    with psycopg.connect(line.given("DATABASE"), autocommit=True) as conn:

        def ended() -> int:
            query = "SELECT count(*) FROM dbos.workflow_status WHERE status = 'SUCCESS'"
            return line.counted(conn, query)

        line.tell("dbos", rate=line.rate(["-m", "bench.peers", "dbos", "work"], enqueue, ended))
