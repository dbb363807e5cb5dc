"""Everything at midnight: so many schedules due in one second, until the last is queued and until its body begins.

The peers keep their schedules durably too: APScheduler in a database, celery beat in its file. Huey has none to keep:
its periodic tasks are in the code, it looks at them once a minute, and the clock runs from that look.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import func, select, text, update

from bench import floor, peer, site
from bench.figure import Figure, GaveUp, Report, Scale
from bench.queueing import queue, running
from rota.app import Rota
from rota.domain.job import JobSpec
from rota.store.schema import executions, job_state

TITLE = "Everything at midnight"
LIMIT = 15
"""Seconds after which a peer is given up."""
SECOND = timedelta(seconds=1)
Herd = Callable[[int], tuple[list[float], int]]
"""The lags of those that began, in order, and how many there should be."""
QUEUED, BEGUN, P50, P99 = "the last queued", "the last begun", "p50 lag", "p99 lag"
WANTED = {"SQLite": 0.5, "PostgreSQL": 1.0}
"""Seconds in which 10,000 have begun."""


def measure(scale: Scale) -> Report:
    """Each size once: a herd is its own many rounds. Where all have begun, 10,000 tell more than 3 times 1,000."""
    report = Report()
    begun = scale.pick((100,), (1_000, 10_000), (1_000, 10_000, 100_000))
    queued = scale.pick((), (100_000,), ())
    with ExitStack() as stack:
        for database, fresh in stack.enter_context(site.kinds()).items():
            for count in begun + queued:
                _rota(report, database, fresh, count, begins=count in begun)
            for count in begun:
                _note(report, f"APScheduler, {database}", count, partial(_apscheduler, fresh))
        for count in begun:
            _note(report, "Huey, periodic", count, _huey)
        brokers = stack.enter_context(site.brokers())
        for count in begun:
            _note(report, "celery beat, Valkey", count, partial(_beat, brokers["Valkey"]))
    _compare(report, begun, queued)
    return report


def _compare(report: Report, begun: tuple[int, ...], queued: tuple[int, ...]) -> None:
    for database in ("SQLite", "PostgreSQL"):
        for count in begun + queued:
            wanted = 1 / 2.5 if count == 100_000 else None
            report.less(f"{count:,}: {QUEUED}", f"rota, {database}", f"floor, {database}", wanted)
        for count in begun:
            report.less(f"{count:,}: {BEGUN}", f"rota, {database}", f"APScheduler, {database}")
        if 10_000 in begun:
            report.within(f"10,000: {BEGUN}", f"rota, {database}", WANTED[database])


def _rota(report: Report, database: str, fresh: site.Fresh, count: int, *, begins: bool) -> None:
    with fresh() as address, site.rota_on(address) as rota:
        with running(rota):
            queue(rota, site.wait_for_job(rota, "nothing"), 500)
            site.wait_until_done(rota)
            due = make_due(rota, count)
            last_queued = wait_until_queued(rota, due)
            if begins:
                site.wait_until_done(rota)
        with rota.db.read() as conn:
            begun = conn.execute(
                select(executions.c.started_at).where(executions.c.scheduled_for == due)
            ).scalars()
            lags = sorted((at - due) / SECOND for at in begun if at is not None)
    who = f"rota, {database}"
    report.figures.append(Figure(who, f"{count:,}: {QUEUED}", "s", (last_queued,)))
    if begins:
        assert len(lags) == count, f"{len(lags)} of {count} have begun"
        _figures(report, who, count, lags)
    report.figures.append(
        Figure(f"floor, {database}", f"{count:,}: {QUEUED}", "s", (floor_of(fresh, count),))
    )


def make_due(rota: Rota, count: int) -> datetime:
    """Put so many daily jobs there and make all of them due at one instant, which it returns."""
    task = rota.jobs.get("nothing").task_name
    spec = JobSpec(name="herd", schedule_type="daily", schedule_expression="00:00", task_name=task)
    site.make_jobs(rota, spec, count, rota.clock.now() + timedelta(days=1))
    _tidy(rota)
    lead = 2 + count // 20_000
    due = rota.clock.now().replace(microsecond=0) + timedelta(seconds=lead)
    with rota.db.write() as conn:
        conn.execute(update(job_state).values(next_run=due))
        rota.db.bell.ring(conn)
    assert rota.clock.now() < due, "the machine is too busy: the schedules were written after they were due"
    return due


def _tidy(rota: Rota) -> None:
    """Let the planner know the tables as it would some minutes later."""
    with rota.db.write() as conn:
        conn.execute(text("ANALYZE"))


def wait_until_queued(rota: Rota, due: datetime) -> float:
    """Seconds from the instant until no job is due at it any more."""
    query = select(func.min(job_state.c.next_run))
    time.sleep(max((due - rota.clock.now()) / SECOND, 0))
    while True:
        with rota.db.read() as conn:
            if conn.execute(query).scalar_one() > due:
                return (rota.clock.now() - due) / SECOND
        time.sleep(0.01)


def make(rota: Rota, count: int) -> None:
    """Put so many daily jobs there that are due now, and that no node need know."""
    spec = JobSpec(name="herd", schedule_type="daily", schedule_expression="00:00", task_name="any.task")
    site.make_jobs(rota, spec, count, rota.clock.now())
    _tidy(rota)


def floor_of(fresh: site.Fresh, count: int) -> float:
    """Seconds that the bare driver takes to queue as many."""
    with fresh() as address, site.rota_on(address) as rota:
        make(rota, count)
        with rota.db.read() as conn:
            ids = conn.execute(select(job_state.c.job_id).order_by(job_state.c.job_id)).scalars().all()
        return floor.herd(address, ids)


def _note(report: Report, who: str, count: int, go: Herd) -> None:
    try:
        lags, wanted = go(count)
    except GaveUp as why:
        report.figures.append(Figure(who, f"{count:,}: {BEGUN}", "s", (), str(why)))
        return
    if len(lags) < wanted:
        note = f"given up: {len(lags):,} of {wanted:,} had begun after {LIMIT} s"
        report.figures.append(Figure(who, f"{count:,}: {BEGUN}", "s", (), note))
    else:
        _figures(report, who, count, lags)


def _figures(report: Report, who: str, count: int, lags: list[float]) -> None:
    for what, value in ((BEGUN, lags[-1]), (P50, lags[len(lags) // 2]), (P99, lags[len(lags) * 99 // 100])):
        report.figures.append(Figure(who, f"{count:,}: {what}", "s", (value,)))


def _apscheduler(fresh: site.Fresh, count: int) -> tuple[list[float], int]:
    with fresh() as address:
        address = address.replace("postgresql://", "postgresql+psycopg://")
        found = peer.run("apscheduler", "herd", database=address, count=count, limit=LIMIT)
        return found["lags"], found["wanted"]


def _huey(count: int) -> tuple[list[float], int]:
    with site.fresh_file() as file:
        found = peer.run("huey", "herd", database=file, count=count, limit=LIMIT)
        return found["lags"], found["wanted"]


def _beat(broker: str, count: int) -> tuple[list[float], int]:
    due = time.time() + 15 + count / 1_000
    found = peer.run("celery", "herd", broker=broker, count=count, limit=LIMIT, due=due)
    return found["lags"], found["wanted"]
