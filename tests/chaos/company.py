"""Three schedulers and four workers, two of them Celery's, and what can be done to them."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
from sqlalchemy import select, text

from rota.domain.execution import Status
from rota.executors.celery import Broker, application
from rota.store.schema import executions
from tests.cluster.cluster import Cluster
from tests.faults.site import Server, kill
from tests.servers.guarded import Service

QUEUE = "far"
ROLES: Sequence[tuple[str, ...]] = (
    ("scheduler",),
    ("scheduler",),
    ("scheduler",),
    ("worker", "-Q", "default"),
    ("worker", "-Q", "default"),
    ("worker", "-Q", QUEUE),
    ("worker", "-Q", QUEUE),
)
POLICIES = ("queue_all", "skip", "queue_one", "allow")
JOBS = "".join(
    f"""
@job(every="1s", queue="{queue}", overlap="{policy}", max_retries=1, backoff=0.1)
def {queue}_{policy}(context: JobContext):
    work(context, {seconds})
"""
    for queue in ("default", QUEUE)
    for policy, seconds in zip(POLICIES, (0.05, 0.4, 0.2, 0.2), strict=True)
)


class Company(Cluster):
    """All of them, on one database and one broker."""

    def __init__(self, url: str, folder: Path, broker: Service) -> None:
        queues = f"{QUEUE}=celery,*=local"
        super().__init__(
            url, folder, JOBS, ROTA_BROKER_URL=broker.url, ROTA_QUEUES=queues, ROTA_SHUTDOWN_GRACE="3"
        )
        self.broker = broker
        self.staff: dict[Server, Sequence[str]] = {}
        self.restarts = 0

    def start(self, *words: str, **environ: str) -> Server:
        """Start a command of rota in haste."""
        command = [sys.executable, "-P", "-m", "tests.chaos.hasty", *words]
        with self.said(len(self._servers)).open("wb") as said:
            process = subprocess.Popen(
                command,
                env=os.environ | self.environ | environ,
                cwd=self.folder,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        server = Server(process)
        self._servers.append(server)
        self.staff[server] = words
        return server

    def open(self) -> None:
        """Start everybody."""
        for words in ROLES:
            self.start(*words)
        self.until_here(scheduler=3, agent=4)
        self.until(lambda: self.effects(f"{QUEUE}_allow"), "Celery runs jobs", seconds=60)

    def replace_the_dead(self) -> None:
        """Start whom somebody has killed again, as a service manager does."""
        for server, words in list(self.staff.items()):
            if server.process.poll() is not None:
                del self.staff[server]
                self.restarts += 1
                self.start(*words)

    def processes(self) -> list[int]:
        """All that live, from the top."""
        found: list[int] = []
        for server in self.staff:
            with contextlib.suppress(psutil.NoSuchProcess):
                found += server.tree()
        return found

    def supervisors(self) -> list[int]:
        """Those that schedule, or supervise runners; one at a time may be frozen without breaking a rule."""
        return [*(server.pid for server in self.staff), *self.agents()]

    def freeze(self, pid: int, seconds: float = 6.0) -> None:
        """Freeze a process for so long."""
        kill(pid, signal.SIGSTOP)
        time.sleep(seconds)
        kill(pid, signal.SIGCONT)

    def crash_database(self) -> None:
        """Kill a process of the server: all connections break, and it recovers as after a crash."""
        with contextlib.suppress(Exception), self.rota.db.read() as conn:
            kill(conn.execute(text("SELECT pg_backend_pid()")).scalar_one())
        self.until(self._answers, "the database has recovered")

    def _answers(self) -> bool:
        with contextlib.suppress(Exception), self.rota.db.read() as conn:
            return bool(conn.execute(text("SELECT 1")).scalar_one())
        return False

    def restart_broker(self, seconds: float) -> None:
        """Kill the broker, and start it again after so long; what it had in memory is gone."""
        self.broker.stop()
        time.sleep(seconds)
        self.broker.start()

    def send_twice(self) -> None:
        """Send messages for what is or was at the broker, again and again."""
        known = select(executions.c.id).where(executions.c.queue == QUEUE).order_by(executions.c.id.desc())
        with contextlib.suppress(Exception), self.rota.db.read() as conn:
            ids = list(conn.execute(known.limit(10)).scalars())
            self._at_the_broker(lambda broker: broker.send(QUEUE, [([id_], 5) for id_ in ids * 3]))

    def drop_messages(self) -> None:
        """Take whatever is in the queue out of it, unseen."""
        with (
            contextlib.suppress(Exception),
            application(self.broker.url).connection_for_write(connect_timeout=5) as connection,
        ):
            connection.default_channel.queue_purge(QUEUE)

    def _at_the_broker(self, act: Callable[[Broker], object]) -> None:
        broker = Broker(self.broker.url, "classic")
        with contextlib.suppress(Exception):
            act(broker)
        broker.close()

    def figures(self) -> dict[str, int]:
        """How many executions ended how."""
        found = [row.status for row in self.rows()]
        return {status.value: found.count(status) for status in Status if status in found}
