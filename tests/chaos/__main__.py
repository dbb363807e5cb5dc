"""`make chaos`: break things for ROTA_CHAOS_SECONDS (default 60), from ROTA_CHAOS_SEED, and check every rule.

ROTA_CHAOS_BROKER is rabbitmq or valkey (the default). Everything is started here, on loopback, and ended again.
"""

import os
import sys
import tempfile
import time
import uuid
from pathlib import Path

from rota.store import migrations
from rota.store.database import Database
from tests.chaos.company import Company
from tests.chaos.monkey import Monkey
from tests.servers import databases, guarded, postgres
from tests.servers.leftovers import MARK


def main() -> int:
    """Run once. Returns how many rules were broken, as an exit code."""
    os.environ[MARK] = uuid.uuid4().hex
    seconds = float(os.environ.get("ROTA_CHAOS_SECONDS", "60"))
    seed = int(os.environ.get("ROTA_CHAOS_SEED", str(time.time_ns() % 100_000)))
    name = os.environ.get("ROTA_CHAOS_BROKER", "valkey")
    broker = guarded.rabbitmq() if name == "rabbitmq" else guarded.valkey()
    binaries = postgres.binaries_of_wheel() or postgres.installed_binaries() or postgres.install_binaries()
    if broker is None or binaries is None:
        print("chaos needs PostgreSQL and a broker; see CONTRIBUTING.md", file=sys.stderr)
        return 1
    print(f"chaos: {seconds:g} s, seed {seed}, {name}")
    with postgres.running(binaries) as server, databases.fresh(server.url) as url:
        with Database(url) as db:
            migrations.upgrade(db)
        broker.start()
        try:
            broken = run(Company(url, Path(tempfile.mkdtemp(prefix="rota-chaos-")), broker), seed, seconds)
        finally:
            broker.close()
    for problem in broken:
        print(f"  BROKEN {problem}")
    return min(1, len(broken))


def run(company: Company, seed: int, seconds: float) -> list[str]:
    """Break things for so long, and tell the figures. Returns the rules that were broken."""
    monkey = Monkey(company, seed)
    try:
        company.open()
        monkey.work(seconds)
        broken = company.end()
        print(f"  done: {', '.join(f'{what} {n}' for what, n in monkey.done.most_common())}")
        print(f"  restarted: {company.restarts} processes")
        print(f"  executions: {', '.join(f'{status} {n}' for status, n in company.figures().items())}")
        print(f"  bodies begun: {sum(map(len, (company.effects(job) for job in jobs_of(company))))}")
        print(f"  rules broken: {len(broken)}; files of the run: {company.folder}")
        return broken
    finally:
        company.close()


def jobs_of(company: Company) -> set[str]:
    """The names of the jobs that ran."""
    return {row.job for row in company.rows()}


if __name__ == "__main__":
    sys.exit(main())
