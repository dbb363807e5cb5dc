"""`make chaos`: break things for ROTA_CHAOS_SECONDS (default 60), from ROTA_CHAOS_SEED, and check every rule.

ROTA_CHAOS_BROKER is rabbitmq or valkey (the default). Everything is started here, on loopback, and ended again. The
disk of the database is filled too where this process may mount one of its own.
"""

import contextlib
import os
import random
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from rota.store import migrations
from rota.store.database import Database
from tests.chaos import detection, full
from tests.chaos.company import Company
from tests.chaos.disk import Disk, elephant, small_disk, step_aside
from tests.chaos.misfortunes import Misfortunes
from tests.chaos.monkey import Monkey
from tests.servers import databases, guarded, postgres
from tests.servers.guarded import Service
from tests.servers.leftovers import MARK


def main() -> int:
    """Run once. Returns how many rules were broken, as an exit code."""
    step_aside()
    os.environ[MARK] = uuid.uuid4().hex
    seconds = float(os.environ.get("ROTA_CHAOS_SECONDS", "60"))
    seed = int(os.environ.get("ROTA_CHAOS_SEED", str(time.time_ns() % 100_000)))
    name = os.environ.get("ROTA_CHAOS_BROKER", "valkey")
    broker = guarded.rabbitmq() if name == "rabbitmq" else guarded.valkey()
    binaries = postgres.binaries_of_wheel() or postgres.installed_binaries() or postgres.install_binaries()
    if broker is None or binaries is None:
        print("chaos needs PostgreSQL and a broker; see CONTRIBUTING.md", file=sys.stderr)
        return 1
    print(f"chaos: {seconds:g} s, seed {seed}, {name}", flush=True)
    with database(binaries) as (server, disk), running(broker):
        with fresh(server) as url:
            company = Company(url, Path(tempfile.mkdtemp(prefix="rota-chaos-")), broker)
            broken = run(Misfortunes(company, random.Random(seed), server, disk), seconds)
        with fresh(server) as url:
            broken += detection.measured(url, Path(tempfile.mkdtemp(prefix="rota-detection-")))
    broken += on_sqlite()
    return min(1, len(broken))


@contextlib.contextmanager
def database(binaries: Path) -> Iterator[tuple[Service, Disk | None]]:
    """A PostgreSQL of our own, on a small disk where there may be one."""
    disk = small_disk()
    folder = (
        disk.folder if disk else Path(tempfile.mkdtemp(prefix="rota-data-", dir=postgres.temporary_folder()))
    )
    server = elephant(binaries, folder)
    try:
        with running(server):
            yield server, disk
    finally:
        if disk is not None:
            disk.close()


def on_sqlite() -> list[str]:
    """Fill the disk of an SQLite database, where there may be a small one. Returns the rules that were broken."""
    disk = small_disk("64m")
    if disk is None:
        print("  SQLite's disk was not filled: this process may not mount one of its own")
        return []
    try:
        return full.measured(disk, Path(tempfile.mkdtemp(prefix="rota-full-")))
    finally:
        disk.close()


@contextlib.contextmanager
def running(service: Service) -> Iterator[None]:
    """A service, for the length of the block."""
    service.start()
    try:
        yield
    finally:
        service.close()


@contextlib.contextmanager
def fresh(server: Service) -> Iterator[str]:
    """A database with all tables."""
    with databases.fresh(server.url) as url:
        with Database(url) as db:
            migrations.upgrade(db)
        yield url


def run(misfortunes: Misfortunes, seconds: float) -> list[str]:
    """Break things for so long, and tell the figures. Returns the rules that were broken."""
    monkey, company = Monkey(misfortunes), misfortunes.company
    try:
        company.open()
        monkey.work(seconds)
        broken = company.end()
        slots = sum(row.slot_count for row in company.rows() if row.attempt == 1)
        print(f"  done: {', '.join(f'{what} {n}' for what, n in monkey.done.most_common())}")
        print(f"  restarted: {company.restarts} processes")
        print(
            f"  slots: {slots}; executions: {', '.join(f'{was} {n}' for was, n in company.figures().items())}"
        )
        print(f"  bodies begun: {sum(map(len, (company.effects(job) for job in jobs_of(company))))}")
        print(
            f"  rules broken: {len(broken)}; files of the run: {company.folder}",
            *broken,
            sep="\n  BROKEN ",
            flush=True,
        )
        return broken
    finally:
        company.close()


def jobs_of(company: Company) -> set[str]:
    """The names of the jobs that ran."""
    return {row.job for row in company.rows()}


if __name__ == "__main__":
    sys.exit(main())
