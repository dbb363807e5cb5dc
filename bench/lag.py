"""200 jobs that fire every second, served by `rota serve`: how late their bodies begin, and whether each slot ran."""

import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import psutil
from sqlalchemy import select

from bench import site
from rota.app import Rota, build
from rota.settings import Settings
from rota.store.schema import executions, jobs

JOBS = 200
SECONDS = 30
WARM_UP = 5
ONE = '@job(every="1s")\ndef job_{n}():\n    pass\n\n'
WANTED = "wanted: p99 under 100 ms, none missed or doubled"


def main() -> None:
    """Print for each database the lag of the fires of 30 seconds, what is missing or double, and the CPU."""
    print(f"{JOBS} jobs, each every second, for {SECONDS} s; from nominal time to the body's begin; {WANTED}")
    with site.addresses() as addresses:
        for name, address in addresses:
            print(f"{name:<12}{measured(address)}", flush=True)


def measured(address: str) -> str:
    """The figures of one database, as words."""
    with tempfile.TemporaryDirectory() as folder, build(Settings(database_url=address)) as rota:
        module = Path(folder, "every_second.py")
        module.write_text("from rota import job\n\n" + "".join(ONE.format(n=n) for n in range(JOBS)))
        rota.upgrade()
        server = serve(address, module)
        try:
            site.wait_for_job(rota, f"job_{JOBS - 1}")
            time.sleep(WARM_UP)
            since, used = rota.clock.now(), cpu_seconds(server.pid)
            time.sleep(SECONDS)
            until, used = rota.clock.now(), cpu_seconds(server.pid) - used
            time.sleep(2)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()
        return told(rota, since, until) + f", {used / SECONDS:.0%} of one CPU"


def serve(address: str, module: Path) -> "subprocess.Popen[bytes]":
    """`rota serve -m MODULE`, its output thrown away."""
    command = [sys.executable, "-P", "-m", "rota", "serve", "-m", str(module), "--runners", "2"]
    environ = os.environ | {"ROTA_DATABASE_URL": address}
    return subprocess.Popen(command, env=environ, cwd=module.parent, stdout=subprocess.DEVNULL)


def told(rota: Rota, since: datetime, until: datetime) -> str:
    """Lags and losses of the slots between two instants."""
    first = since.replace(microsecond=0) + timedelta(seconds=1)
    slots = math.floor((until - first).total_seconds()) + 1
    e = executions.c
    query = select(e.job_id, e.scheduled_for, e.status, e.started_at).join(jobs, jobs.c.id == e.job_id)
    query = query.where(jobs.c.name.like("job%"), e.scheduled_for >= first, e.scheduled_for <= until)
    with rota.db.read() as conn:
        found = conn.execute(query).all()
    ran = [row for row in found if row.status == "succeeded"]
    times = Counter((row.job_id, row.scheduled_for) for row in ran)
    lags = sorted((row.started_at - row.scheduled_for) / timedelta(milliseconds=1) for row in ran)
    doubled = sum(n - 1 for n in times.values())
    p50, p99 = (lags[math.ceil(len(lags) * share) - 1] for share in (0.5, 0.99))
    return (
        f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, worst {lags[-1]:.0f} ms; {len(times):,} of {JOBS * slots:,} slots ran, "
        f"{JOBS * slots - len(times)} missing, {doubled} doubled"
    )


def cpu_seconds(pid: int) -> float:
    """CPU that the server and all below it have used so far."""
    top = psutil.Process(pid)
    return sum(sum(process.cpu_times()[:2]) for process in (top, *top.children(recursive=True)))
