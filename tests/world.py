"""A store on each database, a clock that is moved by hand, and builders: the set-up of most tests of the engine."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import Row, func, select

from rota.app import Rota, build
from rota.domain.actor import Actor
from rota.domain.attempt import Attempt, Ending
from rota.domain.execution import Execution, Status
from rota.domain.job import Job, JobSpec
from rota.domain.kinds import SHORTHAND
from rota.engine.dispatcher import LOOK, Capacity, Dispatcher
from rota.engine.ending import end
from rota.engine.pace import LINE
from rota.engine.reaper import Reaped, Reaper
from rota.engine.scheduler import Fired, Scheduler
from rota.settings import Settings
from rota.store import claims, history, nodes
from rota.store.database import Database
from rota.store.nodes import Node
from rota.store.schema import audit, executions
from tests.clock import MovableClock
from tests.servers.copies import copied_sqlite, empty

ANA = Actor("ana", "python")
APP = "tests"
HERE = "this-machine"
SECOND = timedelta(seconds=1)


def published(tasks: Sequence[str] = ("work",), jobs: Sequence[JobSpec] = (), **extra: Any) -> dict[str, Any]:
    """A set of definitions as a runner reports it, of tasks that take anything. `extra` replaces parts."""
    told = [
        {"name": name, "title": "", "description": "", "schema": {}, "file": "tests.py", "line": 1,
         "ready_made": False}
        for name in tasks
    ]  # fmt: skip
    made = [{"spec": job.model_dump(mode="json"), "source": "tests.py:1", "sources": {}} for job in jobs]
    names = ",".join((*tasks, *(job.model_dump_json() for job in jobs)))
    return {"hash": f"hash of {names}", "tasks": told, "jobs": made, "problems": []} | extra


class World:
    """The product without processes: its services on a migrated database, and its engine to be ticked by hand.

    environ  what `${NAME}` in schedules is read from
    alive    the processes (pid, started) of this machine that live, for the reaper
    """

    def __init__(self, url: str, clock: MovableClock | None = None) -> None:
        self.url, self.clock = url, clock or MovableClock()
        self.environ: dict[str, str] = {}
        self.rota: Rota = build(Settings(database_url=url), clock=self.clock, environ=self.environ)
        self.db, self.jobs, self.holds = self.rota.db, self.rota.jobs, self.rota.holds
        self.executions, self.definitions = self.rota.executions, self.rota.definitions
        self.alive: set[tuple[int, float]] = set()
        self._pids = itertools.count(100)

    @cached_property
    def generation(self) -> int:
        """The generation that knows the task "work"."""
        return self.definitions.publish(APP, published())

    @cached_property
    def node(self) -> int:
        """The node that runs what a test does not give to another one."""
        return self.add_node()

    def add_node(self, name: str = "node", *, host: str = HERE, app: str = APP, **fields: Any) -> int:
        """Register a live agent that knows the generation's tasks. Returns its id."""
        pid, now = next(self._pids), self.clock.now()
        self.alive.add((pid, 0.0))
        given: dict[str, Any] = {
            "generation_id": self.generation,
            "queues": ("*",),
            "slots": 2,
            "role": "agent",
        }
        node = Node(name=name, host=host, pid=pid, pid_started=0.0, version="0", registered_at=now,
                    beat_at=now, app=app, **given | fields)  # fmt: skip
        with self.db.write() as conn:
            return nodes.register(conn, node)

    def add_job(self, name: str = "backup", **fields: Any) -> Job:
        """Make a job of the task "work"; `daily="02:00"` and the like are its schedule, none of them: manual."""
        assert self.generation
        for word, kind in SHORTHAND.items():
            if word in fields:
                fields |= {"schedule_type": kind.value, "schedule_expression": fields.pop(word)}
        return self.jobs.create(JobSpec(name=name, **{"task_name": "work"} | fields), ANA)

    @cached_property
    def planner(self) -> int:
        """The node under which slots that come to nothing are counted."""
        return self.add_node("planner", role="scheduler")

    def scheduler(self, batch: int = 500, db: Database | None = None, **how: Any) -> Scheduler:
        """A scheduler that is ticked by hand, on this database or on another connection to it."""
        return Scheduler(db or self.db, self.clock, self.planner, batch, **how)

    def tick(self) -> Fired:
        """Plan all that is due now."""
        scheduler, total = self.scheduler(), Fired()
        while (fired := scheduler.tick()).jobs:
            total += fired
        return total

    def after(self, seconds: float) -> Fired:
        """Let time pass, then plan all that is due."""
        self.clock.advance(seconds)
        return self.tick()

    def at(self, wall: datetime) -> Fired:
        """Let time pass until then, then plan all that is due."""
        return self.after((wall - self.clock.wall) / SECOND)

    def claim(self, idle: int = 100, *, node: int | None = None, busy: int = 0, **how: Any) -> list[Attempt]:
        """What a node takes for `idle` runners, none of whose tasks is known to be quick."""
        dispatcher, taken = self.dispatcher(node, **how), list[Attempt]()
        with self.db.write() as conn:
            while found := dispatcher.claim(conn, Capacity(idle - len(taken), 0, busy), self.clock.now()):
                taken += found
                if len(found) < LOOK:
                    break
        return taken

    def dispatcher(self, node: int | None = None, queues: Sequence[str] = ("*",), **how: Any) -> Dispatcher:
        """The dispatcher of a node."""
        given: dict[str, Any] = {"weight": lambda _: LINE, "generation": self.generation} | how
        return Dispatcher(node or self.node, queues=queues, **given)

    def end(
        self, attempt: Attempt, status: Status = Status.SUCCEEDED, *, node: int | None = None, **fields: Any
    ) -> bool:
        """End a claimed execution as its agent does. Returns whether it was still that node's."""
        now = self.clock.now()
        ending = Ending(attempt.execution_id, status, now, **fields)
        with self.db.write() as conn:
            return bool(end(self.db, conn, node or self.node, [(attempt, ending)], now))

    def run(self, status: Status = Status.SUCCEEDED, **fields: Any) -> list[Attempt]:
        """Claim all that may start and end each so."""
        claimed = self.claim()
        for attempt in claimed:
            self.end(attempt, status, **fields)
        return claimed

    def beat(self, node: int) -> bool:
        """A node's heartbeat."""
        with self.db.write() as conn:
            return nodes.beat(conn, node, self.clock.now()) is not None

    def kill(self, node: int) -> None:
        """The node's process dies, at once and without a word."""
        with self.db.read() as conn:
            self.alive -= {(one.pid, one.pid_started) for one in nodes.live(conn) if one.id == node}

    def reaper(self, db: Database | None = None, host: str = HERE) -> Reaper:
        """A reaper on this machine."""

        def may_live(node: Node) -> bool:
            return node.host != host or (node.pid, node.pid_started) in self.alive

        return Reaper(db or self.db, self.clock, may_live)

    def reap(self) -> Reaped:
        """What a reaper does that looks for the first time."""
        return self.reaper().tick()

    def underway(self, node: int | None = None) -> list[Attempt]:
        """What a node has begun and not ended."""
        with self.db.read() as conn:
            return claims.underway(conn, node or self.node)

    def history(self, job: Job | str | None = None, *statuses: Status) -> list[Execution]:
        """The executions, oldest first: of a job, or all; at these statuses, or at any."""
        job = self.jobs.get(job) if isinstance(job, str) else job
        wanted = history.Filter(job_id=job.id if job else None, statuses=statuses or None)
        return self.executions.search(wanted, size=10**6)[::-1]

    def last(self, job: Job | str | None = None) -> Execution:
        """The newest execution."""
        return self.history(job)[-1]

    def statuses(self, job: Job | str | None = None) -> list[str]:
        """The statuses of the executions, oldest first."""
        return [one.status.value for one in self.history(job)]

    def waiting(self, job: Job | str | None = None) -> list[Execution]:
        """What is queued, oldest first."""
        return self.history(job, Status.QUEUED)

    def rows(self, *columns: str) -> Sequence[Row[Any]]:
        """Those columns of all executions, in the order of their ids."""
        picked = [executions.c[name] for name in columns]
        with self.db.read() as conn:
            return conn.execute(select(*picked).order_by(executions.c.id)).all()

    def count(self) -> int:
        """How many executions there are."""
        with self.db.read() as conn:
            return conn.execute(select(func.count()).select_from(executions)).scalar_one()

    def audited(self) -> list[tuple[str, str, str]]:
        """The audit log: (actor, action, target)."""
        with self.db.read() as conn:
            query = select(audit.c.actor, audit.c.action, audit.c.target).order_by(audit.c.id)
            return [(row[0], row[1], row[2]) for row in conn.execute(query)]

    def close(self) -> None:
        """Close the database."""
        self.rota.close()


@pytest.fixture(params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world on each database, without a row in it."""
    if request.param == "sqlite":
        url = copied_sqlite(request.getfixturevalue("sqlite_copy"), tmp_path / "rota.db")
    else:
        url = request.getfixturevalue("postgres_shared")
        empty(url)
    made = World(url)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _log_of_its_own() -> Iterator[None]:
    """A log that a test set up ends with it, and so does the standard error that it writes to."""
    yield
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()
