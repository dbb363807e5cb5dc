"""What one execution weighs: bytes in the database for good, and memory while many are in flight.

Memory is that of scheduler, agent and runners together, over what they have when nothing is in flight; at most 256
quick executions are before each runner, so it ends there, however many are queued. On PostgreSQL each round ends with
a VACUUM, as autovacuum would do it: what it frees the next round uses again.
"""

import time

import psycopg
from sqlalchemy import text

from bench import site
from bench.figure import Figure, Report, Scale
from bench.queueing import queue, running
from rota.app import Rota

TITLE = "What an execution weighs"
BYTES, MEMORY = "database, per execution", "memory, per 1,000 in flight"


def measure(scale: Scale) -> Report:
    """Each database, in rounds."""
    report, count = Report(), scale.pick(500, 10_000)
    with site.addresses() as addresses:
        for name, address in addresses:
            with site.rota_on(address) as rota, running(rota):
                job = site.wait_for_job(rota, "nothing")
                found = [_round(rota, address, job, count) for _ in range(scale.pick(2, 4))][1:]
            who = f"rota, {name}"
            report.figures.append(Figure(who, BYTES, "bytes", tuple(size for size, _ in found)))
            report.figures.append(Figure(who, MEMORY, "MB", tuple(max(grown, 0.01) for _, grown in found)))
            report.within(BYTES, who, 500)
            report.within(MEMORY, who, 20)
    return report


def _round(rota: Rota, address: str, job: int, count: int) -> tuple[float, float]:
    """(bytes of the database, MB of memory for each 1,000) of so many no-ops."""
    before, rest = size(rota), memory()
    queue(rota, job, count)
    most = rest
    while not site.is_done(rota):
        most = max(most, memory())
        time.sleep(0.05)
    if not rota.db.is_sqlite:
        with psycopg.connect(address, autocommit=True) as server:
            server.execute("VACUUM")
    return (size(rota) - before) / count, (most - rest) * 1000 / count


def memory() -> float:
    """MB of all processes of rota."""
    return sum(process.memory_info().rss for process in site.processes()) / 2**20


def size(rota: Rota) -> float:
    """Bytes of all tables and indexes, without room that is free."""
    return _of_sqlite(rota) if rota.db.is_sqlite else _of_postgres(rota)


def _of_sqlite(rota: Rota) -> float:
    sources = "pragma_page_count, pragma_freelist_count, pragma_page_size"
    return _scalar(rota, f"SELECT (page_count - freelist_count) * page_size FROM {sources}")


def _of_postgres(rota: Rota) -> float:
    return _scalar(rota, "SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables")


def _scalar(rota: Rota, query: str) -> float:
    with rota.db.read() as conn:
        return float(conn.execute(text(query)).scalar_one())
