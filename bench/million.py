"""A million jobs on PostgreSQL: what a tick costs beside a thousand, an idle transaction and a backup; the page.

Run it with `python -m bench.million`.
ROTA_BENCH_JOBS is how many jobs there are, 1,000,000 unless given.
"""

import contextlib
import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta

import psycopg
from sqlalchemy import text
from starlette.testclient import TestClient

from bench import site
from rota.app import Rota
from rota.asgi import create
from rota.domain.actor import SYSTEM
from rota.domain.job import JobSpec
from rota.domain.permission import Role
from rota.engine.scheduler import Scheduler
from rota.web.site import PATH
from tests.servers import postgres

FEW = 1_000
MANY = int(os.environ.get("ROTA_BENCH_JOBS", "1000000"))
DUE = 100
"""Jobs that are due at each tick."""

TICKS = 20
TEN_MINUTES = 60_000
"""Slots of ten minutes at a hundred a second: so many dead rows does a transaction keep that is idle for so long."""


def main() -> None:
    """Print what a tick costs in each case, and how long the dashboard takes to open."""
    with site.addresses() as addresses:
        address = dict(addresses).get("PostgreSQL")
        if address is None:
            print("there is no PostgreSQL")
            return
        with site.rota_on(address) as rota:
            for count in (FEW, MANY):
                fill(rota, count)
                tell(f"{count:,} jobs", rota)
            with idle_transaction(address):
                plan(rota, TEN_MINUTES)
                tell(f"beside a transaction that is idle since {TEN_MINUTES:,} slots", rota)
            with backup(address):
                tell("beside a running pg_dump", rota)
            print(opened(rota))


def fill(rota: Rota, count: int) -> None:
    """So many daily jobs, due all over the next day, and statistics of them as autovacuum would make them."""
    spec = JobSpec(name="job", schedule_type="daily", schedule_expression="00:00", task_name="any.task")
    began = time.perf_counter()
    site.make_jobs(rota, spec, count, rota.clock.now() + timedelta(hours=1))
    spread = "UPDATE job_state SET next_run = next_run + (job_id * 7 % 82800) * interval '1 second'"
    with rota.db.write() as conn:
        conn.execute(text(spread))
    with rota.db.write() as conn:
        conn.execute(text("ANALYZE"))
    print(f"{count:,} jobs made in {time.perf_counter() - began:.0f} s", flush=True)


def tell(what: str, rota: Rota) -> None:
    """Print what a tick costs."""
    times = [tick(rota, DUE) for _ in range(TICKS)]
    usual, worst = statistics.median(times) * 1000, max(times) * 1000
    print(f"  {what}: a tick with {DUE} due takes {usual:.1f} ms (worst {worst:.1f})", flush=True)


def tick(rota: Rota, due: int) -> float:
    """Let the next `due` jobs be due now. Returns the seconds until they are planned and the next wake is known."""
    soonest = "SELECT job_id FROM job_state WHERE next_run > now() + interval '30 minutes' ORDER BY next_run LIMIT :n"
    now = rota.clock.now()
    with rota.db.write() as conn:
        conn.execute(
            text(f"UPDATE job_state SET next_run = :now WHERE job_id IN ({soonest})"), {"now": now, "n": due}
        )
    scheduler, planned = Scheduler(rota.db, rota.clock, 1), 0
    began = time.perf_counter()
    while planned < due:
        planned += scheduler.tick().jobs
    scheduler.next_wake()
    return time.perf_counter() - began


def plan(rota: Rota, slots: int) -> None:
    """Plan so many slots."""
    for _ in range(0, slots, 500):
        tick(rota, 500)


@contextlib.contextmanager
def idle_transaction(address: str) -> Iterator[None]:
    """One that has read something and does nothing more."""
    with psycopg.connect(address) as conn:
        conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        conn.execute("SELECT count(*) FROM nodes")
        yield


@contextlib.contextmanager
def backup(address: str) -> Iterator[None]:
    """A pg_dump of all of it."""
    binaries = postgres.binaries_of_wheel() or postgres.installed_binaries()
    assert binaries is not None
    dump = subprocess.Popen([binaries / "pg_dump", "-Fp", address], stdout=subprocess.DEVNULL)
    try:
        time.sleep(1)
        yield
        print("  pg_dump was still at it" if dump.poll() is None else "  pg_dump was done before that")
    finally:
        dump.kill()
        dump.wait()


def opened(rota: Rota) -> str:
    """How long the first page takes, in process."""
    rota.accounts.create("bench", Role.ADMIN, SYSTEM)
    headers = {"Authorization": f"Bearer {rota.tokens.create('bench', 'bench', SYSTEM).text}"}
    with TestClient(create(rota), base_url="http://localhost", headers=headers) as client:
        times = []
        for _ in range(5):
            began = time.perf_counter()
            assert client.get(f"{PATH}/").status_code == 200
            times.append((time.perf_counter() - began) * 1000)
    return f"  the page opens in {statistics.median(times):.0f} ms (first time {times[0]:.0f})"


if __name__ == "__main__":
    main()
