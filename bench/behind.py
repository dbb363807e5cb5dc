"""What planning, claiming and ending cost on PostgreSQL behind a transaction that stays open, slot after slot.

Run it with `python -m bench.behind`. Nothing that is updated since the transaction began can be tidied up, so whatever
walks over it takes longer from round to round. ROTA_BENCH_SLOTS is how many slots run behind it, 60,000 unless given.
"""

import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
from sqlalchemy import text

from bench import site
from bench.million import Then, idle_transaction
from rota.app import Rota
from rota.domain.attempt import Attempt, Ending
from rota.domain.execution import Status
from rota.domain.job import JobSpec
from rota.engine.dispatcher import NOTHING, Capacity, Dispatcher
from rota.engine.ledger import Ledger
from rota.engine.scheduler import Scheduler
from rota.engine.tray import Tray
from rota.store import claims, nodes
from rota.store.nodes import Node

SLOTS = int(os.environ.get("ROTA_BENCH_SLOTS", "60000"))
JOBS = 20_000
DUE = 100
"""Slots a second."""

SHOWN = 30
"""Rounds that a median is of."""

FREE = Capacity(DUE, 0, 0)


def main() -> None:
    """Print the medians of each step: before the transaction begins, and at the end."""
    with site.postgres_server() as fresh:
        if fresh is None:
            print("there is no PostgreSQL")
            return
        for what, busy in ((f"{JOBS:,} jobs in turn", JOBS), (f"the same {DUE} jobs each second", DUE)):
            with fresh() as address, site.rota_on(address) as rota:
                print(f"{what}, {DUE} slots a second; median ms", flush=True)
                rounds = made(rota, address, busy)
                tell("before", rounds.run(2 * SHOWN))
                with idle_transaction(address):
                    times = rounds.run(SLOTS // DUE)
                    tell(f"after {SLOTS:,} slots behind it", times)


@dataclass
class Rounds:
    """One scheduler and one node by turns, on connections that last; each round is a second of their clock."""

    rota: Rota
    clock: Then
    scheduler: Scheduler
    ledger: Ledger
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def run(self, count: int) -> dict[str, list[float]]:
        """So many rounds. Returns the milliseconds of each step in each of them."""
        self.times.clear()
        for _ in range(count):
            self.clock.at += timedelta(seconds=1)
            assert self._timed("plan", self._plan) == DUE
            assert self._timed("look", lambda: self.ledger.has_work(FREE))
            claimed: list[Attempt] = self._timed("claim", lambda: self.ledger.write(Tray(), FREE))
            assert len(claimed) == DUE
            self._timed("look at nothing", lambda: self.ledger.has_work(FREE))
            assert self._timed("claim of none", lambda: self.ledger.write(Tray(), FREE)) == []
            assert self._timed("asked to stop", self._asked) == []
            self._timed("end", partial(self.ledger.write, self._ended(claimed), NOTHING))
        return self.times

    def _timed(self, what: str, step: Callable[[], Any]) -> Any:
        began = time.perf_counter()
        found = step()
        self.times[what].append((time.perf_counter() - began) * 1000)
        return found

    def _ended(self, claimed: list[Attempt]) -> Tray:
        now = self.clock.at
        return Tray([(one, Ending(one.execution_id, Status.SUCCEEDED, now, now)) for one in claimed])

    def _plan(self) -> int:
        planned = self.scheduler.tick().jobs
        self.scheduler.next_wake()
        return planned

    def _asked(self) -> list[tuple[int, str, str | None]]:
        with self.rota.db.read() as conn:
            return claims.asked_to_stop(conn, self.ledger.node)


def made(rota: Rota, address: str, busy: int) -> Rounds:
    """A node that knows the jobs' task, and the jobs, of which `busy` are due by turns, DUE each second."""
    now = rota.clock.now().replace(microsecond=0)
    task = {"name": "any.task", "title": "", "description": "", "schema": {}, "file": "any.py", "line": 1,
            "ready_made": False}  # fmt: skip
    told = {"hash": "bench", "tasks": [task], "jobs": [], "problems": []}
    generation = rota.definitions.publish("bench", told)
    node = Node("bench", "agent", "bench", 1, 0.0, "0", now, now, ("*",), DUE, "bench", generation)
    with rota.db.write() as conn:
        owner = nodes.register(conn, node)
    turn = busy // DUE
    spec = JobSpec(name="job", schedule_type="interval", schedule_expression=f"{turn}s", task_name="any.task")
    site.make_jobs(rota, spec, JOBS, now + timedelta(days=1))
    first = "(SELECT min(job_id) FROM job_state)"
    with rota.db.write() as conn:
        due = f"UPDATE job_state SET next_run = :at + (job_id - {first}) % :turn * interval '1 second'"
        rows = {"at": now + timedelta(seconds=1), "turn": turn, "busy": busy}
        conn.execute(text(f"{due} WHERE job_id < {first} + :busy"), rows)
        conn.execute(text("UPDATE jobs SET anchor = next_run FROM job_state WHERE job_id = id"))
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("VACUUM ANALYZE")
    clock = Then(now)
    dispatcher = Dispatcher(owner, generation, ("*",), lambda _: 1000)
    return Rounds(rota, clock, Scheduler(rota.db, clock, owner), Ledger(rota.db, clock, dispatcher))


def tell(what: str, times: dict[str, list[float]]) -> None:
    """Print the median of the last rounds, each step."""
    told = ", ".join(f"{step} {statistics.median(some[-SHOWN:]):.1f}" for step, some in times.items())
    print(f"  {what}: {told}", flush=True)


if __name__ == "__main__":
    main()
