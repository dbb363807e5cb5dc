"""A million overdue jobs: when does a job that is due on time fire, and how fast does the backlog go?

ROTA_BENCH_JOBS is how many jobs are overdue, 1,000,000 unless given.
"""

import os
from datetime import datetime, timedelta
from time import perf_counter

from sqlalchemy import select

from bench import site
from rota.app import Rota
from rota.domain.actor import SYSTEM
from rota.domain.job import JobSpec
from rota.engine.dispatcher import Capacity, Dispatcher
from rota.engine.scheduler import Scheduler
from rota.store import nodes
from rota.store.schema import executions

TASK = {"name": "work", "title": "", "description": "", "schema": {}, "file": "bench.py", "line": 1,
        "ready_made": False}  # fmt: skip
SECOND = timedelta(seconds=1)


def main() -> None:
    """Print, for each database, how late the job fired that was due on time, and what was planned meanwhile."""
    number = int(os.environ.get("ROTA_BENCH_JOBS", "1000000"))
    with site.addresses() as addresses:
        for name, address in addresses:
            with site.rota_on(address) as rota:
                measure(rota, name, number)


def measure(rota: Rota, name: str, number: int) -> None:
    """Make `number` daily jobs, twice overdue, and one that is due in five seconds; then schedule."""
    published = {"hash": "bench", "tasks": [TASK], "jobs": [], "problems": []}
    generation = rota.definitions.publish("bench", published)
    due = (rota.clock.now() - timedelta(hours=36)).replace(second=0, microsecond=0)
    daily = {"schedule_type": "daily", "schedule_expression": f"{due:%H:%M}"}
    began = perf_counter()
    site.make_jobs(rota, JobSpec(name="herd", task_name="work", **daily), number, due)
    print(f"{name}: {number:,} overdue jobs made in {perf_counter() - began:.0f} s", flush=True)
    slot = rota.clock.now().replace(microsecond=0) + 5 * SECOND
    once = {"schedule_type": "once", "schedule_expression": slot.isoformat()}
    rota.jobs.create(JobSpec(name="prompt", task_name="work", **once), SYSTEM)
    _schedule(rota, generation, slot)


def _schedule(rota: Rota, generation: int, slot: datetime) -> None:
    """Tick until the backlog is gone, claiming one execution after each tick."""
    with rota.db.write() as conn:
        node = nodes.register(conn, rota.node("scheduler"))
    scheduler = Scheduler(rota.db, rota.clock, node)
    dispatcher = Dispatcher(node, generation, ["*"], lambda _: False)
    began, planned, longest, told = perf_counter(), 0, 0.0, False
    while True:
        before = perf_counter()
        fired = scheduler.tick().jobs
        longest = max(longest, perf_counter() - before)
        planned += fired
        if not told and rota.clock.now() >= slot:
            told = _tell(rota, dispatcher, slot, planned)
        if not fired and told:
            break
    seconds = perf_counter() - began
    print(
        f"  {planned:,} jobs planned in {seconds:.0f} s ({planned / seconds:,.0f}/s), longest tick {longest:.2f} s"
    )


def _tell(rota: Rota, dispatcher: Dispatcher, slot: datetime, planned: int) -> bool:
    """Claim one execution; when it is the one that is due on time, print how late that was."""
    with rota.db.write() as conn:
        (claimed,) = dispatcher.claim(conn, Capacity(1, 0, 0), rota.clock.now())
        queued = conn.execute(select(executions.c.queued_at).where(executions.c.id == claimed.execution_id))
        late = (queued.scalar_one() - slot) / SECOND
    if claimed.job_name == "prompt":
        start = (rota.clock.now() - slot) / SECOND
        print(f"  the job on time was queued {late:.2f} s after its time and claimed after {start:.2f} s, "
              f"beside {planned:,} planned of the backlog", flush=True)  # fmt: skip
    return claimed.job_name == "prompt"
