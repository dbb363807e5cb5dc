"""The broker is away while executions are planned. With ROTA_SLOW=1: for two minutes, and fifty a second."""

import os
import re
import threading
import time
import urllib.request

import psutil
import pytest
from sqlalchemy import func, select

from rota.domain.execution import ACTIVE
from rota.domain.job import JobPatch
from rota.store.schema import executions
from tests.cluster.cluster import Cluster
from tests.faults.checker import Row
from tests.faults.site import ADA

pytestmark = pytest.mark.timeout(1500)

SLOW = bool(os.environ.get("ROTA_SLOW"))
AWAY = 120 if SLOW else 4
"""Seconds."""

RATE = 50 if SLOW else 8
"""Executions a second."""

WORK = "".join(
    f"""
@job(every="1s", queue="far", overlap="allow", misfire="run_all")
def each_second_{number}(context: JobContext):
    note(context, "begin")
    note(context, "end", how="done")
"""
    for number in range(RATE)
)
MEGABYTE = 1 << 20


class Caller(threading.Thread):
    """Asks the web server for its health all the time."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.answers, self.enough = address, 0, threading.Event()
        self.refusals: list[str] = []

    def run(self) -> None:
        """Until it is enough."""
        while not self.enough.wait(0.5):
            try:
                with urllib.request.urlopen(f"{self.address}/readyz", timeout=30) as answer:
                    self.answers += answer.status == 200
            except OSError as problem:
                self.refusals.append(str(problem))


@pytest.mark.parametrize("broker", ["rabbitmq", "valkey"] if SLOW else ["valkey"], indirect=True)
def test_while_the_broker_is_away_nothing_is_lost_nothing_doubled_and_nobody_grows(cluster_of, broker):
    cluster = cluster_of(WORK, ROTA_BROKER_URL=broker.url, ROTA_QUEUES="far=celery,*=local", ROTA_RUNNERS="2")
    scheduler, web = cluster.start("scheduler"), cluster.start("web", "--port", "0")
    cluster.start("worker", "-Q", "far")
    cluster.until_here(scheduler=1, agent=2, web=1)
    found = cluster.until(lambda: re.search(r"http://\S+:\d+", cluster.said(1).read_text()), "an address")
    cluster.begun("each_second_0", 2)
    caller = Caller(found[0])
    caller.start()
    try:
        broker.stop()
        cluster.until(cluster.broker_problem, "somebody says that the broker is away")
        before = [psutil.Process(one.pid).memory_info().rss for one in (scheduler, web)]
        began = rows(cluster)
        time.sleep(AWAY)
        grown = [
            (psutil.Process(one.pid).memory_info().rss - was) / MEGABYTE
            for one, was in zip((scheduler, web), before, strict=True)
        ]
        waiting = rows(cluster) - began
    finally:
        caller.enough.set()
        caller.join()
        broker.start()
    for number in range(RATE):
        cluster.rota.jobs.update(
            f"each_second_{number}", JobPatch(schedule_type="manual", schedule_expression=""), ADA
        )
    print(
        f"\n{waiting} executions while it was away for {AWAY} s; grown by {grown[0]:.1f} and {grown[1]:.1f} MB"
    )
    assert waiting > AWAY * RATE / 2
    assert caller.refusals == []
    assert caller.answers
    assert max(grown) < 30
    last = newest(cluster)
    drained(cluster, last)
    assert [row for row in cluster.rows() if row.id <= last and not is_well(row)] == []


def is_well(row: Row) -> bool:
    """Whether it ran; or its job was changed, at the end of the test, between its instant and its planning."""
    return row.status == "succeeded" or "changed before they were planned" in (row.reason or "")


def rows(cluster: Cluster) -> int:
    """How many executions there are."""
    with cluster.rota.db.read() as conn:
        return int(conn.execute(select(func.count()).select_from(executions)).scalar_one())


def newest(cluster: Cluster) -> int:
    """The last execution that there is."""
    with cluster.rota.db.read() as conn:
        return int(conn.execute(select(func.max(executions.c.id))).scalar_one())


def drained(cluster: Cluster, last: int) -> None:
    """Wait until all up to that one have ended."""
    query = select(func.count()).where(executions.c.status.in_(ACTIVE), executions.c.id <= last)
    deadline = time.monotonic() + 300 + 5 * AWAY
    while time.monotonic() < deadline:
        with cluster.rota.db.read() as conn:
            if not conn.execute(query).scalar_one():
                return
        time.sleep(0.5)
    raise AssertionError("what waited for the broker has not all ended")
