"""Executions that do nothing, from queued to recorded end: how many a second, with complete records."""

import time

from bench import site
from rota.app import Rota
from rota.domain.execution import Status, Trigger
from rota.store import executions
from rota.store.executions import New

COUNT = 10_000
ROUNDS = 3


def main() -> None:
    """Print the median, least and most of each database. The first round warms up and is not counted."""
    print(
        f"{COUNT:,} executions, 2 runners, durable commits; queued at once, then timed to the last recorded end"
    )
    with site.addresses() as addresses:
        for name, address in addresses:
            with site.rota_on(address) as rota:
                print(f"{name:<12}{measured(rota)}", flush=True)


def measured(rota: Rota) -> str:
    """The rates of one database, as words."""
    host = rota.host()
    host.start()
    try:
        job_id = site.wait_for_job(rota, "nothing")
        rates = sorted([rate(rota, job_id) for _ in range(ROUNDS + 1)][1:])
    finally:
        host.stop()
    return f"median {rates[len(rates) // 2]:,.0f}/s (least {rates[0]:,.0f}, most {rates[-1]:,.0f})"


def rate(rota: Rota, job_id: int) -> float:
    """Executions a second of one round."""
    now = rota.clock.now()
    new = New(
        job_id, 1, Status.QUEUED, Trigger.MANUAL, "bench", "default", 11, exclusive=False, queued_at=now
    )
    with rota.db.write() as conn:
        for _ in range(0, COUNT, 1000):
            executions.add(conn, [new] * 1000)
        rota.db.bell.ring(conn)
    began = time.perf_counter()
    site.wait_until_done(rota)
    return COUNT / (time.perf_counter() - began)
