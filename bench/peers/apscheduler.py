"""APScheduler 3 with its jobs in a database: a scheduler and threads in one process, no record of what ran."""

import pickle
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger
from apscheduler.util import datetime_to_utc_timestamp
from sqlalchemy import event

from bench.peers import line


def nothing() -> None:
    """What is measured."""


def stamp(due: float) -> None:
    """Note a body that was due once."""
    line.stamp(due)


def stamp_second() -> None:
    """Note a body that is due on each full second; which one it was it is not told."""
    line.stamp(float(int(time.time())))


def scheduler() -> tuple[Any, Any]:
    """A paused scheduler over an empty store."""
    store = SQLAlchemyJobStore(url=line.given("DATABASE"))
    if store.engine.dialect.name == "sqlite":
        event.listen(store.engine, "connect", _durable)
    late = {"misfire_grace_time": None}
    found = BackgroundScheduler(jobstores={"default": store}, job_defaults=late, timezone=UTC)
    found.start(paused=True)
    return found, store


def _durable(connection: Any, _: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def fill(found: Any, store: Any, count: int, trigger: Any, body: Any, *args: Any) -> None:
    """Put `count` jobs there at once, as add_job would one after the other."""
    job = found.add_job(body, trigger, args=args)
    found.remove_job(job.id)
    state, rows = job.__getstate__(), []
    for n in range(count):
        given = pickle.dumps({**state, "id": f"job_{n}"}, pickle.HIGHEST_PROTOCOL)
        next_run = datetime_to_utc_timestamp(job.next_run_time)
        rows.append({"id": f"job_{n}", "next_run_time": next_run, "job_state": given})
    with store.engine.begin() as conn:
        conn.execute(store.jobs_t.insert(), rows)


def throughput() -> None:
    """Until the last has told the scheduler that it ended; there is no record of it."""
    found, store = scheduler()
    ended: list[object] = []
    found.add_listener(ended.append, EVENT_JOB_EXECUTED)
    fill(found, store, line.count(), DateTrigger(datetime.now(UTC)), nothing)
    began = time.perf_counter()
    found.resume()
    while len(ended) < line.count() and time.perf_counter() < began + line.limit():
        time.sleep(0.005)
    line.tell("apscheduler", rate=len(ended) / (time.perf_counter() - began))


def herd() -> None:
    """COUNT jobs, all due in three seconds."""
    found, store = scheduler()
    due = float(int(time.time()) + 3 + line.count() // 10_000)
    fill(found, store, line.count(), DateTrigger(datetime.fromtimestamp(due, UTC)), stamp, due)
    found.resume()
    line.wait_until_begun(line.count(), due)
    line.tell("apscheduler", **line.herd(due))


def lag() -> None:
    """COUNT jobs, each on every full second."""
    found, store = scheduler()
    due, seconds = float(int(time.time()) + 3), float(line.given("SECONDS"))
    every = IntervalTrigger(seconds=1, start_date=datetime.fromtimestamp(due, UTC) - timedelta(days=1))
    fill(found, store, line.count(), every, stamp_second)
    time.sleep(max(due - time.time() - 0.5, 0))
    before = line.cpu_seconds()
    found.resume()
    time.sleep(seconds + 0.5)
    line.tell("apscheduler", stamps=line.read_stamps(), cpu=line.cpu_seconds() - before, first=due)
