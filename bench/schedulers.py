"""100,000 schedules due at once on PostgreSQL: planned by one scheduler, by five, and written by the bare driver.

The schedulers are processes of their own. They are warm, and the clock runs until each of them finds nothing due any
more; then each slot must be there once. The floor writes the same rows in transactions of the same size.
"""

import multiprocessing
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.synchronize import Barrier

from sqlalchemy import func, select

from bench import herd, site
from bench.figure import Report, Scale, raced
from rota.app import Rota, build
from rota.engine.scheduler import Scheduler
from rota.settings import Settings
from rota.store.schema import executions

TITLE = "All due at once, by one scheduler and by five"
WHAT, UNIT = "slots planned", "/s"
NUMBERS = (1, 5)
FLOOR = "floor, PostgreSQL"
BUDGET = 150
"""Seconds after which no further round begins."""


def measure(scale: Scale) -> Report:
    """Each number of schedulers and the floor, once a round."""
    report = Report()
    count = scale.pick(2_000, 100_000)
    with site.postgres_server() as fresh:
        if fresh is None:
            report.notes.append("there is no PostgreSQL here")
            return report
        contenders: dict[str, Callable[[], float]] = {}
        contenders |= {_name(number): partial(_rate, fresh, count, number) for number in NUMBERS}
        contenders[FLOOR] = partial(_floor, fresh, count)
        report.figures += raced(WHAT, UNIT, contenders, scale.pick(1, 3), BUDGET)
    for number in NUMBERS:
        report.more(WHAT, _name(number), FLOOR, 0.5)
    return report


def _name(number: int) -> str:
    return f"rota, {number} scheduler{'s' if number > 1 else ''}"


def _rate(fresh: site.Fresh, count: int, number: int) -> float:
    with fresh() as address, site.rota_on(address) as rota:
        herd.make(rota, count)
        took = _together(address, number)
        _assert_once(rota, count)
    return count / took


def _floor(fresh: site.Fresh, count: int) -> float:
    return count / herd.floor_of(fresh, count)


def _together(address: str, number: int) -> float:
    """Seconds until so many schedulers have planned all that is due."""
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(number + 1)
    processes = [context.Process(target=_plan, args=(address, ready)) for _ in range(number)]
    for process in processes:
        process.start()
    ready.wait(120)
    began = time.perf_counter()
    ready.wait(300)
    took = time.perf_counter() - began
    for process in processes:
        process.join()
    return took


def _plan(address: str, ready: Barrier) -> None:
    """Be one scheduler, until nothing is due."""
    with build(Settings(database_url=address)) as rota:
        scheduler = Scheduler(rota.db, rota.clock, 1)
        scheduler.next_wake()
        ready.wait(120)
        while scheduler.tick().jobs or _is_due(rota, scheduler):
            pass
        ready.wait(300)


def _is_due(rota: Rota, scheduler: Scheduler) -> bool:
    wake = scheduler.next_wake()
    return wake is not None and wake <= rota.clock.now()


def _assert_once(rota: Rota, count: int) -> None:
    counted = select(func.count(), func.count(executions.c.job_id.distinct())).select_from(executions)
    with rota.db.read() as conn:
        assert tuple(conn.execute(counted).one()) == (count, count), "not each slot is there once"
