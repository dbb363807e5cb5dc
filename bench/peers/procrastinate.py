"""Procrastinate on PostgreSQL: one process, ten coroutines at a time."""

import time

import procrastinate
import psycopg

from bench.peers import line

app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=line.given("DATABASE")))
WORKER = ["-m", "procrastinate", "--app", "bench.peers.procrastinate.app", "worker", "--concurrency", "10"]


@app.task(name="nothing")
async def nothing() -> None:
    """What is measured."""


def every_second(timestamp: int) -> None:
    """Note a body that was due at a full second."""
    line.stamp(float(timestamp))


if line.given("KIND") == "lag":
    for n in range(line.count()):
        # The sixth field is the second.
        app.periodic(cron="* * * * * *", periodic_id=str(n))(app.task(name=f"job_{n}")(every_second))


def throughput() -> None:
    """See line.rate."""
    with app.open():
        app.schema_manager.apply_schema()
        with psycopg.connect(line.given("DATABASE"), autocommit=True) as conn:

            def enqueue(count: int) -> None:
                nothing.batch_defer(*({} for _ in range(count)))

            def ended() -> int:
                query = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded'"
                return line.counted(conn, query)

            line.tell("procrastinate", rate=line.rate(WORKER, enqueue, ended))


def lag() -> None:
    """COUNT periodic tasks, each on every full second."""
    with app.open():
        app.schema_manager.apply_schema()
    with line.worker(*WORKER) as process:
        while not line.begun():
            time.sleep(0.05)
        time.sleep(3)
        due, before = float(int(time.time()) + 1), _cpu(process.pid)
        time.sleep(due + float(line.given("SECONDS")) - time.time())
        used = _cpu(process.pid) - before
        time.sleep(2)
    line.tell("procrastinate", stamps=line.read_stamps(), cpu=used, first=due)


def _cpu(pid: int) -> float:
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
