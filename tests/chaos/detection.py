"""How soon the loss of a process is noticed: a scheduler's not at all, a worker's by the real lease."""

import signal
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from rota.store.schema import executions
from tests.cluster.cluster import Cluster
from tests.faults.site import Server, kill

WORKER_WITHIN, SCHEDULER_WITHIN = 35.0, 1.0
"""Seconds: after them a worker that fell silent is given up; a slot of a scheduler that died is fired by another."""

JOBS = """
@job(every="1s", overlap="allow")
def each_second(context: JobContext):
    work(context, 0.01)

@job(max_retries=1, backoff=0.1, overlap="allow")
def endless(context: JobContext):
    work(context, 600 if context.attempt == 1 else 0.05)
"""


def measured(url: str, folder: Path) -> list[str]:
    """Print how long each took. Returns what took longer than it may."""
    cluster = Cluster(url, folder, JOBS, ROTA_RUNNERS="2")
    try:
        schedulers = [cluster.start("scheduler") for _ in range(3)]
        workers = [cluster.start("worker") for _ in range(2)]
        cluster.until_here(scheduler=3, agent=2)
        cluster.begun("each_second", 3)
        late = lateness(cluster, schedulers)
        silent = [lost_after(cluster, workers, number) for number in (signal.SIGKILL, signal.SIGSTOP)]
        print(f"  a scheduler killed, twice: the latest slot was queued {late:.2f} s after its time")
        print(f"  a worker killed on the same host: its execution is lost after {silent[0]:.1f} s")
        print(f"  a worker frozen, as a machine that is gone: its execution is lost after {silent[1]:.1f} s")
        broken = cluster.end()
    finally:
        cluster.close()
    if late > SCHEDULER_WITHIN:
        broken.append(f"a slot was queued {late:.2f} s late when a scheduler died")
    broken += [f"a worker was given up after {took:.1f} s" for took in silent if took > WORKER_WITHIN]
    print(*(f"  BROKEN {problem}" for problem in broken), sep="\n")
    return broken


def lateness(cluster: Cluster, schedulers: Sequence[Server]) -> float:
    """Kill all schedulers but one, in turn. Returns how late the latest slot was queued, in seconds."""
    with cluster.rota.db.read() as conn:
        before = max(conn.execute(select(executions.c.id)).scalars())
    for victim in schedulers[:-1]:
        begun = len(cluster.effects("each_second"))
        victim.kill()
        cluster.begun("each_second", begun + 5)
    query = select(executions.c.queued_at, executions.c.scheduled_for)
    query = query.where(executions.c.id > before, executions.c.trigger == "scheduler")
    with cluster.rota.db.read() as conn:
        return max(float((queued - slot).total_seconds()) for queued, slot in conn.execute(query))


def lost_after(cluster: Cluster, workers: list[Server], number: int) -> float:
    """Send that signal to all of a worker that runs something, and replace it: the seconds until that is lost."""
    cluster.ran("endless")
    body = cluster.begun("endless", len(cluster.effects("endless")) + 1)
    (victim,) = (one for one in workers if one.process.poll() is None and body in one.tree())
    tree, since = victim.tree(), time.monotonic()
    for pid in tree:
        kill(pid, number)
    cluster.until(lambda: cluster.story("endless")[-2:-1] == ["lost"], "the execution is lost", seconds=60)
    took = time.monotonic() - since
    workers.append(cluster.start("worker"))
    cluster.until(lambda: cluster.story("endless")[-1] == "succeeded", "it was tried again")
    cluster.until(lambda: cluster.here("agent") >= 2, "the replacement is there")
    for pid in tree:
        kill(pid, signal.SIGCONT)
    return took
