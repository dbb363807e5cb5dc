"""The disk of an SQLite database is full for a while: nobody ends, what was done stays, and all goes on by itself."""

import time
from pathlib import Path

from rota.store import migrations
from rota.store.database import Database
from tests.chaos.disk import Disk
from tests.cluster.cluster import Cluster

FULL = 8.0
"""Seconds."""

TIMES = 2

JOBS = """
@job(every="1s", overlap="queue_all")
def each_second(context: JobContext):
    work(context, 0.05)

@job(every="1s", overlap="skip", max_retries=1, backoff=0.1)
def flaky(context: JobContext):
    work(context, 0.05)
    if context.attempt < 2:
        raise ValueError("not yet")
"""


def measured(disk: Disk, folder: Path) -> list[str]:
    """Fill the disk below a server that works, and free it again. Returns which rules were broken."""
    url = f"sqlite:///{disk.folder / 'rota.db'}"
    with Database(url) as db:
        migrations.upgrade(db)
    cluster = Cluster(url, folder, JOBS, ROTA_RUNNERS="2")
    try:
        server = cluster.start("serve", "--no-web")
        for _ in range(TIMES):
            cluster.begun("flaky", len(cluster.effects("flaky")) + 4)
            disk.fill()
            time.sleep(FULL)
            read = len(cluster.rows())
            disk.free()
            cluster.begun("each_second", len(cluster.effects("each_second")) + 3)
        alive = server.process.poll() is None
        broken = cluster.end()
        slots = sum(row.slot_count for row in cluster.rows() if row.attempt == 1)
    finally:
        cluster.close()
    print(
        f"  SQLite's disk was full for {FULL:g} s, {TIMES} times; slots: {slots}; rules broken: {len(broken)}"
    )
    broken += ["the server ended when the disk was full"] * (not alive)
    broken += ["nothing could be read while the disk was full"] * (not read)
    print(*(f"  BROKEN {problem}" for problem in broken), sep="\n", flush=True)
    return broken
