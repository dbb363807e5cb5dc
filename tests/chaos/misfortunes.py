"""What can happen to a company: each is one misfortune, over when the call returns unless it says otherwise."""

import contextlib
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, text

from rota.executors.celery import Broker, application
from rota.store.schema import executions
from tests.chaos.company import QUEUE, Company
from tests.chaos.disk import Disk
from tests.faults.haste import LEASE
from tests.faults.site import dead, kill
from tests.servers.guarded import Service

AFTER_COMMIT = ("plan.committed", "claim.committed", "submit.committed", "reap.buried")
BEFORE_COMMIT = ("plan.before_commit", "end.before_commit")
STEPS = (-3600.0, -30.0, -1.0, -0.5, 0.5, 1.0, 5.0)
"""How far a clock is set, in seconds."""


@dataclass(frozen=True)
class Misfortunes:
    """What happens to whom, by chance.

    database  the server, when it may be ended
    disk      it is on, when that may be filled
    """

    company: Company
    chance: random.Random
    database: Service | None = None
    disk: Disk | None = None

    def all(self) -> dict[Callable[[], None], int]:
        """Each that can happen here, and how often beside the others."""
        found = {
            self.kill_somebody: 6,
            self.freeze_somebody: 2,
            self.arm_failpoint: 5,
            self.step_clock: 3,
            self.kill_backend: 1,
            self.cut_lines: 1,
            self.cut_at_commit: 3,
            self.silence_lines: 1,
            self.restart_broker: 1,
            self.send_twice: 2,
            self.drop_messages: 1,
        }
        if self.database is not None:
            found[self.restart_database] = 1
        if self.disk is not None:
            found[self.fill_disk] = 1
        return found

    def kill_somebody(self) -> None:
        """Whoever it is: scheduler, agent, keeper, runner, Celery's worker or a process of its pool."""
        kill(self.chance.choice(self.company.processes()))

    def freeze_somebody(self) -> None:
        """For a moment, or for longer than anybody waits."""
        pid = self.chance.choice(self.company.supervisors())
        kill(pid, signal.SIGSTOP)
        time.sleep(self.chance.uniform(0.5, LEASE + 1))
        kill(pid, signal.SIGCONT)

    def arm_failpoint(self) -> None:
        """Whoever comes past a step next dies there, fails there, or stays there for longer than anybody waits."""
        point = self.chance.choice(AFTER_COMMIT + BEFORE_COMMIT)
        actions = ["kill", "kill", f"sleep:{LEASE + 1:.1f}"] + ["fail"] * (point in BEFORE_COMMIT)
        self.chance.choice(self.company.machines).point = f"{point}={self.chance.choice(actions)}"

    def step_clock(self) -> None:
        """A clock is set wrong, or right again; it stays so."""
        machine = self.chance.choice(self.company.machines)
        machine.offset = 0.0 if machine.offset else self.chance.choice(STEPS)

    def kill_backend(self) -> None:
        """A process of the database dies: all connections break, and it recovers as after a crash."""
        with contextlib.suppress(Exception), self.company.rota.db.read() as conn:
            kill(conn.execute(text("SELECT pg_backend_pid()")).scalar_one())
        self.company.until(self.company.answers, "the database has recovered")

    def restart_database(self) -> None:
        """The server ends at once, and is away for a while."""
        assert self.database is not None
        self.database.stop()
        time.sleep(self.chance.uniform(0.2, LEASE + 1))
        self.database.start()
        self.company.until(self.company.answers, "the database has recovered")

    def fill_disk(self) -> None:
        """Nothing more fits on the disk of the database; whoever looks after it makes room, and starts it again."""
        assert self.disk is not None
        assert self.database is not None
        self.disk.fill()
        time.sleep(self.chance.uniform(1, LEASE + 1))
        self.disk.free()
        if dead(self.database.pid):
            self.database.stop()
            self.database.start()
        self.company.until(self.company.answers, "the database has recovered")

    def cut_lines(self) -> None:
        """Every connection to the database is cut, and for a while there is none."""
        self.company.line.cut()
        time.sleep(self.chance.uniform(0, 2))
        self.company.line.mend()

    def cut_at_commit(self) -> None:
        """The next commit is carried out, and whoever made it never hears so."""
        self.company.line.break_at_commit_of(b"")
        self.company.line.broke.wait(5)

    def silence_lines(self) -> None:
        """The database is there and says nothing."""
        with self.company.line.silence():
            time.sleep(self.chance.uniform(0.5, LEASE + 1))

    def restart_broker(self) -> None:
        """Away for a while, and all that it had in memory is gone."""
        self.company.broker.stop()
        time.sleep(self.chance.uniform(0.2, LEASE))
        self.company.broker.start()

    def send_twice(self) -> None:
        """Messages for what is or was at the broker come again and again."""
        known = select(executions.c.id).where(executions.c.queue == QUEUE).order_by(executions.c.id.desc())
        broker = Broker(self.company.broker.url, "classic")
        with contextlib.suppress(Exception), self.company.rota.db.read() as conn:
            ids = list(conn.execute(known.limit(10)).scalars())
            broker.send(QUEUE, [([id_], 5) for id_ in ids * 3])
        broker.close()

    def drop_messages(self) -> None:
        """Whatever is in the queue is taken out of it, unseen."""
        app = application(self.company.broker.url)
        with contextlib.suppress(Exception), app.connection_for_write(connect_timeout=5) as connection:
            connection.default_channel.queue_purge(QUEUE)
        app.close()
