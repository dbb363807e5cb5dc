"""No-ops, durable, all queued at once: how many a second from queued to recorded end.

Everywhere the same: the worker is warm, COUNT are queued while it does nothing (in one transaction, or while it is
frozen), and the clock runs from then until the end of the last one is recorded. rota has two runners,
the others what their own documentation recommends. The floor is the same life cycle written by the bare driver.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

from bench import floor, peer, site
from bench.figure import Report, Scale, raced
from bench.queueing import queue, running

TITLE = "No-op executions, from queued to recorded end"
WHAT, UNIT = "no-ops", "/s"
LIMIT = 10
"""Seconds that one round of a peer may take."""
BUDGET = 75
"""Seconds after which no further round begins."""

COUNTS = {
    "huey": 3_000,
    "apscheduler": 2_000,
    "procrastinate": 1_000,
    "pgqueuer": 20_000,
    "dbos": 1_000,
}
"""How many each is given: some seconds of work."""

Go = Callable[[], float]


def measure(scale: Scale) -> Report:
    """Every contender once a round."""
    report = Report()
    with ExitStack() as stack:
        contenders = dict(_contenders(scale, stack, report))
        report.figures += raced(WHAT, UNIT, contenders, scale.pick(1, 2, 7), BUDGET)
    for database in ("SQLite", "PostgreSQL"):
        report.more(WHAT, f"rota, {database}", f"floor, {database}", 0.6)
    report.more(WHAT, "rota, SQLite", "Huey, SQLite", 3)
    report.more(WHAT, "rota, PostgreSQL", "PgQueuer, PostgreSQL", 1)
    for other in ("DBOS", "APScheduler", "Procrastinate"):
        report.more(WHAT, "rota, PostgreSQL", f"{other}, PostgreSQL")
    return report


def _contenders(scale: Scale, stack: ExitStack, report: Report) -> Iterator[tuple[str, Go]]:
    count = scale.pick(300, 10_000)
    server = stack.enter_context(site.postgres_server())
    for database, fresh in (("SQLite", site.fresh_sqlite), ("PostgreSQL", server)):
        if fresh is not None:
            yield f"rota, {database}", partial(rota_rate, fresh, count)
            yield f"floor, {database}", partial(floor_rate, fresh, count)
    yield "Huey, SQLite", partial(_peer, "huey", site.fresh_file, scale)
    yield "APScheduler, SQLite", partial(_peer, "apscheduler", site.fresh_sqlite, scale)
    if server is None:
        report.notes.append("there is no PostgreSQL here")
        return
    for title, name in (("APScheduler", "apscheduler"), ("Procrastinate", "procrastinate"), ("PgQueuer", "pgqueuer"),
                        ("DBOS", "dbos")):  # fmt: skip
        yield f"{title}, PostgreSQL", partial(_peer, name, server, scale)


def _peer(name: str, fresh: site.Fresh, scale: Scale) -> float:
    with fresh() as database:
        count = scale.pick(50, COUNTS[name])
        database = (
            database.replace("postgresql://", "postgresql+psycopg://") if name == "apscheduler" else database
        )
        found = peer.run(name, "throughput", database=database, count=count, limit=LIMIT)
        return float(found["rate"])


def rota_rate(fresh: site.Fresh, count: int) -> float:
    """rota with two runners, after a warm-up."""
    with fresh() as address, site.rota_on(address) as rota, running(rota):
        job = site.wait_for_job(rota, "nothing")
        for warm in (100, count // 2):
            queue(rota, job, warm)
            site.wait_until_done(rota)
        queue(rota, job, count)
        began = time.perf_counter()
        site.wait_until_done(rota)
        return count / (time.perf_counter() - began)


def floor_rate(fresh: site.Fresh, count: int) -> float:
    """The bare driver over the same rows."""
    with fresh() as address, site.rota_on(address) as rota:
        job = site.declare(rota)
        ids = queue(rota, job, count)
        return floor.life_cycle(address, job, ids)
