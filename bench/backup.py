"""A backup while executions are written: how many a second meanwhile, for how long none, and what is in the copy."""

import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path

from sqlalchemy import func, select

from bench import site
from rota.app import Rota
from rota.domain.execution import Status, Trigger
from rota.services import backup
from rota.store import executions
from rota.store.executions import New
from rota.store.schema import executions as table
from tests.servers import postgres
from tests.servers.restored import ended_in, restored

BEFORE = 20_000
"""Executions that the database holds already."""

RATE = 200
SECONDS = 3.0
"""How long executions are written before the backup and after it."""


def main() -> None:
    """Print what was written during a backup of each database, and what its restored copy holds."""
    print(
        f"{BEFORE:,} executions are there; {RATE} a second are queued, run and recorded while the backup is made"
    )
    with site.addresses() as addresses, tempfile.TemporaryDirectory() as folder:
        for name, address in addresses:
            with site.rota_on(address) as rota:
                print(f"{name:<12}{measured(rota, address, Path(folder))}", flush=True)


def measured(rota: Rota, address: str, folder: Path) -> str:
    """What was seen of one database, as words."""
    host, over = rota.host(), threading.Event()
    host.start()
    programs = postgres.binaries_of_wheel() or postgres.installed_binaries()
    try:
        job_id = site.wait_for_job(rota, "nothing")
        queue(rota, job_id, BEFORE)
        site.wait_until_done(rota)
        writer = threading.Thread(target=write, args=(rota, job_id, over))
        writer.start()
        time.sleep(SECONDS)
        began = rota.clock.now()
        made = backup.back_up(rota.db.url, folder, "bench", began, 1, programs=str(programs))
        ended = rota.clock.now()
        time.sleep(SECONDS)
        over.set()
        writer.join()
        site.wait_until_done(rota)
    finally:
        over.set()
        host.stop()
    with rota.db.read() as conn:
        query = select(table.c.ended_at).where(table.c.ended_at > began, table.c.ended_at <= ended)
        during = sorted(conn.execute(query).scalars())
        total = conn.execute(select(func.count()).select_from(table)).scalar_one()
    took = (ended - began).total_seconds()
    longest = max(((b - a).total_seconds() for a, b in pairwise([began, *during, ended])), default=0)
    with restored(folder / made["file"], address, programs) as url:
        kept = ended_in(url)
    assert kept <= total
    return (
        f"{took:.2f} s, {made['bytes']:,} bytes; {len(during) / took:,.0f} recorded a second meanwhile, "
        f"none for at most {longest:.2f} s; restored: {kept:,} of {total:,}, consistent"
    )


def queue(rota: Rota, job_id: int, count: int) -> None:
    """Queue so many executions."""
    now = rota.clock.now()
    new = New(
        job_id, 1, Status.QUEUED, Trigger.MANUAL, "bench", "default", 11, exclusive=False, queued_at=now
    )
    for start in range(0, count, 1000):
        with rota.db.write() as conn:
            executions.add(conn, [new] * min(1000, count - start))
            rota.db.bell.ring(conn)


def write(rota: Rota, job_id: int, over: threading.Event) -> None:
    """Queue RATE executions a second until it is over."""
    due = time.monotonic()
    while not over.is_set():
        queue(rota, job_id, RATE // 10)
        due += 0.1
        time.sleep(max(0.0, due - time.monotonic()))
