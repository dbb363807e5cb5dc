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

TICKS = FEW // DUE
"""In so many each of the few jobs is due once."""


@dataclass
class Then(SystemClock):
    """The clock as it stood, or will stand, when that instant has come."""

    at: datetime

    def now(self) -> datetime:
        """That instant."""
        return self.at


def main() -> None:
    """Print what a tick costs in each case, and how long the dashboard takes to open."""
    with site.addresses() as addresses:
        address = dict(addresses).get("PostgreSQL")
        if address is None:
            print("there is no PostgreSQL")
            return
        with site.rota_on(address) as rota:
            clock = Then(rota.clock.now().replace(microsecond=0))
            for count in (FEW, MANY):
                fill(rota, address, count, clock.at)
                tell(f"{count:,} jobs", rota, clock)
            with idle_transaction(address):
                ticks(rota, clock, 600)
                tell(
                    f"beside a transaction that is idle for ten minutes, with {DUE} slots a second",
                    rota,
                    clock,
                )
            with backup(address):
                tell("beside a running pg_dump", rota, clock)
            print(opened(rota, address))


def fill(rota: Rota, address: str, count: int, now: datetime) -> None:
    """So many jobs, by turns DUE in each second from `now` on, and tidied up as autovacuum would do."""
    began, turn = time.perf_counter(), count // DUE
    spec = JobSpec(name="job", schedule_type="interval", schedule_expression=f"{turn}s", task_name="any.task")
    site.make_jobs(rota, spec, count, now)
    due = "UPDATE job_state SET next_run = :now + (1 + job_id % :turn) * interval '1 second'"
    with rota.db.write() as conn:
        conn.execute(text(due), {"now": now, "turn": turn})
        conn.execute(text("UPDATE jobs SET anchor = next_run FROM job_state WHERE job_id = id"))
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("VACUUM ANALYZE")
    print(f"{count:,} jobs made in {time.perf_counter() - began:.0f} s", flush=True)


def tell(what: str, rota: Rota, clock: Then) -> None:
    """Print what a tick of one scheduler costs; every fifth looks for a backlog too."""
    times = ticks(rota, clock, TICKS)
    usual, worst = statistics.median(times) * 1000, max(times) * 1000
    print(f"  {what}: a tick with {DUE} due takes {usual:.1f} ms (worst {worst:.1f})", flush=True)


def ticks(rota: Rota, clock: Then, count: int) -> list[float]:
    """So many seconds of its clock. Returns how long each took, until all was planned and the next wake known."""
    scheduler = Scheduler(rota.db, clock, 1)
    return [_tick(scheduler, clock) for _ in range(count)]


def _tick(scheduler: Scheduler, clock: Then) -> float:
    clock.at += timedelta(seconds=1)
    began = time.perf_counter()
    assert scheduler.tick().jobs == DUE
    scheduler.next_wake()
    return time.perf_counter() - began


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
