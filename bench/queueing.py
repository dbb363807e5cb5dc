"""Putting executions there at once, and rota at work on them."""

from collections.abc import Iterator
from contextlib import contextmanager

from rota.app import Rota
from rota.domain.execution import Status, Trigger
from rota.store import executions
from rota.store.executions import New


def queue(rota: Rota, job: int, count: int) -> list[int]:
    """Queue so many executions of a job in one transaction. Returns their ids."""
    now = rota.clock.now()
    new = New(job, 1, Status.QUEUED, Trigger.MANUAL, "bench", "default", 11, exclusive=False, queued_at=now)
    ids: list[int] = []
    with rota.db.write() as conn:
        for start in range(0, count, 1000):
            ids += executions.add(conn, [new] * min(1000, count - start))
        rota.db.bell.ring(conn)
    return ids


@contextmanager
def running(rota: Rota) -> Iterator[None]:
    """Scheduler, agent and runners, for the length of the block."""
    host = rota.host()
    host.start()
    try:
        yield
    finally:
        host.stop()
