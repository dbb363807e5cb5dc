"""What it costs to wait: 10,000 jobs of which none is due."""

import time
from datetime import timedelta

from bench import site
from rota.app import Rota
from rota.domain.job import JobSpec

JOBS = 10_000
SECONDS = 30


def main() -> None:
    """Print the share of one CPU and the memory of all processes together."""
    spec = JobSpec(name="idle", schedule_type="daily", schedule_expression="00:00", task_name="any.task")
    with site.addresses() as addresses:
        for name, address in addresses:
            with site.rota_on(address) as rota:
                site.make_jobs(rota, spec, JOBS, rota.clock.now() + timedelta(days=1))
                print(f"{name:<12}{JOBS:,} jobs, {SECONDS} s: {measured(rota)}", flush=True)


def measured(rota: Rota) -> str:
    """What scheduler, agent and runners used while nothing happened, as words."""
    host = rota.host()
    host.start()
    try:
        site.wait_for_job(rota, "nothing")
        time.sleep(3)
        before = site.cpu_seconds()
        time.sleep(SECONDS)
        used = site.cpu_seconds() - before
        found = site.processes()
        memory = sum(process.memory_info().rss for process in found) / 2**20
    finally:
        host.stop()
    return f"{used / SECONDS:.2%} of one CPU, {memory:.0f} MB in {len(found)} processes"
