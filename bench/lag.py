"""200 schedules that fire each second, for 30 s: how late their bodies begin, what is missing or double, the CPU.

rota is `rota serve` with two runners. APScheduler does not tell a body which fire it is, so its lag is counted from
the last full second. A periodic task of Huey is due once a minute at most: here each queues itself for the next second.
"""

import math
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import psutil
from sqlalchemy import select

from bench import peer, site
from bench.figure import Figure, GaveUp, Report, Scale
from rota.app import Rota, build
from rota.settings import Settings
from rota.store.schema import executions, jobs

TITLE = "200 schedules, each every second, for 30 s"
WARM_UP = 5
ONE = '@job(every="1s")\ndef job_{n}():\n    pass\n\n'
PEERS = (
    ("APScheduler", "apscheduler", "SQLite"),
    ("APScheduler", "apscheduler", "PostgreSQL"),
    ("Procrastinate", "procrastinate", "PostgreSQL"),
    ("Huey", "huey", "SQLite"),
)
P99, CPU = "p99 lag", "CPU in 30 s"

Found = tuple[Sequence[float], int, int, float]
"""Lags in ms, how many slots ran, how many there were, CPU in seconds."""


def measure(scale: Scale) -> Report:
    """Each contender once: 30 seconds are many rounds, and 10 tell enough of a peer."""
    count, seconds, shorter = scale.pick((20, 3, 3), (200, 30, 10))
    report = Report()
    with site.kinds() as kinds:
        for database, fresh in kinds.items():
            with fresh() as address:
                _note(report, f"rota, {database}", seconds, _rota(address, count, seconds))
        for who, name, database in PEERS:
            if database not in kinds:
                continue
            with (site.fresh_file if name == "huey" else kinds[database])() as address:
                try:
                    _note(report, f"{who}, {database}", shorter, _peer(name, address, count, shorter))
                except GaveUp as why:
                    report.figures.append(Figure(f"{who}, {database}", P99, "ms", (), str(why)))
    for database in ("SQLite", "PostgreSQL"):
        report.within(P99, f"rota, {database}", 20)
        report.within(CPU, f"rota, {database}", 1)
        report.less(P99, f"rota, {database}", f"APScheduler, {database}")
        report.less(CPU, f"rota, {database}", f"APScheduler, {database}")
    report.less(P99, "rota, PostgreSQL", "Procrastinate, PostgreSQL")
    return report


def _note(report: Report, who: str, seconds: float, found: Found) -> None:
    lags, ran, wanted, cpu = found
    lags = sorted(lags) or [math.inf]
    cuts = (("p50 lag", 0.5), (P99, 0.99), ("longest lag", 1.0))
    for what, share in cuts:
        report.figures.append(Figure(who, what, "ms", (lags[math.ceil(len(lags) * share) - 1],)))
    told = f"of {wanted:,}; {len(lags) - ran} doubled"
    report.figures.append(Figure(who, "slots that ran", "", (float(ran),), told))
    report.figures.append(Figure(who, CPU, "s", (cpu * 30 / seconds,)))


def _rota(address: str, count: int, seconds: float) -> Found:
    with tempfile.TemporaryDirectory() as folder, build(Settings(database_url=address)) as rota:
        module = Path(folder, "every_second.py")
        module.write_text("from rota import job\n\n" + "".join(ONE.format(n=n) for n in range(count)))
        rota.upgrade()
        server = site.serve(address, module)
        try:
            site.wait_for_job(rota, f"job_{count - 1}")
            time.sleep(WARM_UP)
            since, used = rota.clock.now(), cpu_seconds(server.pid)
            time.sleep(seconds)
            until, used = rota.clock.now(), cpu_seconds(server.pid) - used
            time.sleep(2)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()
        return (*_slots(rota, count, since, until), used)


def _slots(rota: Rota, count: int, since: datetime, until: datetime) -> tuple[list[float], int, int]:
    """Lags of what ran of the slots between two instants, how many slots ran, and how many there were."""
    first = since.replace(microsecond=0) + timedelta(seconds=1)
    slots = math.floor((until - first).total_seconds()) + 1
    e = executions.c
    query = select(e.job_id, e.scheduled_for, e.started_at).join(jobs, jobs.c.id == e.job_id)
    query = query.where(jobs.c.name.like("job%"), e.scheduled_for >= first, e.scheduled_for <= until)
    with rota.db.read() as conn:
        ran = conn.execute(query.where(e.status == "succeeded")).all()
    lags = [(row.started_at - row.scheduled_for) / timedelta(milliseconds=1) for row in ran]
    return lags, len({(row.job_id, row.scheduled_for) for row in ran}), count * slots


def _peer(name: str, address: str, count: int, seconds: float) -> Found:
    address = address.replace("postgresql://", "postgresql+psycopg://") if name == "apscheduler" else address
    found = peer.run(name, "lag", database=address, count=count, seconds=seconds, limit=seconds + 30)
    first = found["first"]
    counted = [(due, at) for due, at in found["stamps"] if first <= due < first + seconds]
    ran = sum(min(n, count) for n in Counter(due for due, _ in counted).values())
    return [1000 * (at - due) for due, at in counted], ran, int(count * seconds), found["cpu"]


def cpu_seconds(pid: int) -> float:
    """CPU that the server and all below it have used so far."""
    top = psutil.Process(pid)
    return sum(sum(process.cpu_times()[:2]) for process in _family(top))


def _family(top: psutil.Process) -> list[psutil.Process]:
    return [top, *top.children(recursive=True)]
