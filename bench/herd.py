"""Everything at midnight: jobs due in the same second, from due to durably queued."""

import resource
import sys
import time

from bench import site
from rota.app import Rota
from rota.domain.job import JobSpec
from rota.engine.scheduler import Scheduler

COUNTS = (1_000, 10_000, 100_000)


def main() -> None:
    """Print, for each database and count, the time to the last slot and what the memory grew by."""
    spec = JobSpec(name="herd", schedule_type="daily", schedule_expression="00:00", task_name="any.task")
    with site.addresses() as addresses:
        for name, address in addresses:
            with site.rota_on(address) as rota:
                for count in COUNTS:
                    site.make_jobs(rota, spec, count, rota.clock.now())
                    print(f"{name:<12}{count:>8,} due at once: {measured(rota, count)}", flush=True)


def measured(rota: Rota, count: int) -> str:
    """How long one scheduler took to queue all of them, as words."""
    scheduler = Scheduler(rota.db, rota.clock, 1)
    memory, began, queued = peak_mb(), time.perf_counter(), 0
    while (fired := scheduler.tick()).jobs:
        queued += fired.queued
    took = time.perf_counter() - began
    assert queued == count, f"{queued} of {count} were queued"
    return f"{took:.2f} s, {count / took:,.0f}/s, memory +{peak_mb() - memory:.0f} MB"


def peak_mb() -> float:
    """The most memory that this process has had."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
