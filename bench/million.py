"""A million jobs on PostgreSQL: what a tick costs beside a thousand, an idle transaction and a backup; the page.

Run it with `python -m bench.million`.
ROTA_BENCH_JOBS is how many jobs there are, 1,000,000 unless given.
"""

import contextlib
import os
import socket
import statistics
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx2
import psycopg
from sqlalchemy import text

from bench import site
from bench.through_celery import started
from rota.app import Rota, SystemClock
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


def main() -> None:
    """Print what a tick costs in each case, and how long the dashboard takes to open."""
    with site.addresses() as addresses:
        address = dict(addresses).get("PostgreSQL")
        if address is None:
            print("there is no PostgreSQL")
            return
        with site.rota_on(address) as rota:
            for count in (FEW, MANY):
                fill(rota, address, count)
                tell(f"{count:,} jobs", rota)
            with idle_transaction(address):
                plan_ten_minutes(rota)
                tell(f"beside a transaction that is idle for ten minutes, with {DUE} slots a second", rota)
            with backup(address):
                tell("beside a running pg_dump", rota)
            print(opened(rota, address))


def fill(rota: Rota, address: str, count: int) -> None:
    """So many daily jobs, due all over the next day, and tidied up as autovacuum would do."""
    spec = JobSpec(name="job", schedule_type="daily", schedule_expression="00:00", task_name="any.task")
    began = time.perf_counter()
    site.make_jobs(rota, spec, count, rota.clock.now() + timedelta(hours=1))
    spread = "UPDATE job_state SET next_run = next_run + (job_id * 7 % 82800) * interval '1 second'"
    with rota.db.write() as conn:
        conn.execute(text(spread))
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("VACUUM ANALYZE")
    print(f"{count:,} jobs made in {time.perf_counter() - began:.0f} s", flush=True)


def tell(what: str, rota: Rota) -> None:
    """Print what a tick of one scheduler costs; the first of them looks for a backlog too, as one every few seconds."""
    scheduler = Scheduler(rota.db, rota.clock, 1)
    times = [tick(rota, scheduler, DUE) for _ in range(TICKS)]
    usual, worst = statistics.median(times) * 1000, max(times) * 1000
    print(f"  {what}: a tick with {DUE} due takes {usual:.1f} ms (worst {worst:.1f})", flush=True)


def tick(rota: Rota, scheduler: Scheduler, due: int) -> float:
    """Let the next `due` jobs be due now. Returns the seconds until they are planned and the next wake is known."""
    make_due(rota, rota.clock.now(), due)
    began, planned = time.perf_counter(), 0
    while planned < due:
        planned += scheduler.tick().jobs
    scheduler.next_wake()
    return time.perf_counter() - began


def make_due(rota: Rota, at: datetime, count: int) -> None:
    """Let the next `count` jobs be due at that instant."""
    soonest = "SELECT job_id FROM job_state WHERE next_run > now() + interval '30 minutes' ORDER BY next_run LIMIT :n"
    with rota.db.write() as conn:
        statement = text(f"UPDATE job_state SET next_run = :at WHERE job_id IN ({soonest})")
        conn.execute(statement, {"at": at, "n": count})


@dataclass
class Then(SystemClock):
    """The clock as it stood, or will stand, when that instant has come."""

    at: datetime

    def now(self) -> datetime:
        """That instant."""
        return self.at


def plan_ten_minutes(rota: Rota) -> None:
    """Plan as many slots as ten minutes have, each at its time of the last ten minutes."""
    clock = Then(rota.clock.now() - timedelta(minutes=10))
    scheduler = Scheduler(rota.db, clock, 1)
    for _ in range(600):
        make_due(rota, clock.at, DUE)
        assert scheduler.tick().jobs == DUE
        clock.at += timedelta(seconds=1)


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


def opened(rota: Rota, address: str) -> str:
    """How long the pages of all jobs and of one take over HTTP, from a web server of their own."""
    rota.accounts.create("bench", Role.ADMIN, SYSTEM)
    headers = {"Authorization": f"Bearer {rota.tokens.create('bench', 'bench', SYSTEM).text}"}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (
        started(["rota", "web", "--port", str(port)], {"ROTA_DATABASE_URL": address}),
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client,
    ):
        wait_until_open(client)
        told = [
            f"  {page} opens in {usual:.0f} ms (first time {first:.0f})"
            for page in (f"{PATH}/", f"{PATH}/?q=job_99999", f"{PATH}/?sort=next_run", f"{PATH}/job_500")
            for first, usual in [opening(client, page)]
        ]
    return "\n".join(told)


def wait_until_open(client: httpx2.Client) -> None:
    """Until the server answers."""
    while True:
        with contextlib.suppress(httpx2.TransportError):
            client.get("/healthz").raise_for_status()
            return
        time.sleep(0.1)


def opening(client: httpx2.Client, page: str) -> tuple[float, float]:
    """Milliseconds that a page takes the first time, and the median of some more."""
    times = []
    for _ in range(6):
        began = time.perf_counter()
        assert client.get(page).status_code == 200
        times.append((time.perf_counter() - began) * 1000)
    return times[0], statistics.median(times[1:])


if __name__ == "__main__":
    main()
