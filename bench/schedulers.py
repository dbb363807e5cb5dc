"""Everything at midnight on PostgreSQL, with several schedulers: each slot once, and how fast against psycopg alone."""

import multiprocessing
import time
from datetime import datetime

import psycopg
from sqlalchemy import func, select

from bench import site
from rota.app import Rota, build
from rota.domain.job import JobSpec
from rota.engine.scheduler import Scheduler
from rota.settings import Settings
from rota.store.schema import executions

COUNT = 100_000
SCHEDULERS = (1, 5)
BATCH = 500


def main() -> None:
    """Print the time to the last slot for each number of schedulers, and that of the same rows without rota."""
    spec = JobSpec(name="herd", schedule_type="daily", schedule_expression="00:00", task_name="any.task")
    with site.addresses() as addresses:
        address = dict(addresses).get("PostgreSQL")
        if address is None:
            print("there is no PostgreSQL")
            return
        with site.rota_on(address) as rota:
            for number in SCHEDULERS:
                site.make_jobs(rota, spec, COUNT, rota.clock.now())
                took = planned_by(number, address, rota)
                print(f"{number} schedulers: {took:.1f} s, {COUNT / took:,.0f} slots/s", flush=True)
            site.make_jobs(rota, spec, COUNT, rota.clock.now())
            took = floor(address, rota.clock.now())
            print(f"psycopg alone: {took:.1f} s, {COUNT / took:,.0f} slots/s", flush=True)


def planned_by(number: int, address: str, rota: Rota) -> float:
    """Seconds until so many schedulers have planned all of it. Each slot is there once."""
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(number + 1)
    processes = [context.Process(target=plan, args=(address, ready)) for _ in range(number)]
    for process in processes:
        process.start()
    ready.wait()
    began = time.perf_counter()
    for process in processes:
        process.join()
    took = time.perf_counter() - began
    with rota.db.read() as conn:
        query = select(func.count(), func.count(executions.c.job_id.distinct())).select_from(executions)
        assert tuple(conn.execute(query).one()) == (COUNT, COUNT)
    return took


def plan(address: str, ready: "multiprocessing.synchronize.Barrier") -> None:
    """Be one scheduler, until nothing is due."""
    with build(Settings(database_url=address)) as rota:
        scheduler = Scheduler(rota.db, rota.clock, 1)
        scheduler.next_wake()
        ready.wait()
        while scheduler.tick().jobs or _is_due(scheduler, rota.clock.now()):
            pass


def _is_due(scheduler: Scheduler, now: datetime) -> bool:
    wake = scheduler.next_wake()
    return wake is not None and wake <= now


def floor(address: str, now: datetime) -> float:
    """Seconds that psycopg takes for the rows alone, in batches as large, each a transaction."""
    began = time.perf_counter()
    with psycopg.connect(address) as conn:
        ids = [row[0] for row in conn.execute("SELECT job_id FROM job_state ORDER BY job_id").fetchall()]
        conn.commit()
        for start in range(0, len(ids), BATCH):
            batch = ids[start : start + BATCH]
            conn.execute(
                "INSERT INTO executions (job_id, version, attempt, status, trigger, triggered_by, queue, rank, "
                "exclusive, queued_at, scheduled_for) SELECT id, 1, 1, 'queued', 'scheduler', 'scheduler', "
                "'default', 11, true, %s, %s FROM unnest(%s::bigint[]) id",
                (now, now, batch),
            )
            conn.execute(
                "UPDATE job_state SET last_slot = %s, next_run = %s + interval '1 day' WHERE job_id = ANY(%s)",
                (now, now, batch),
            )
            conn.commit()
    return time.perf_counter() - began
