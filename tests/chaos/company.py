"""Three schedulers and four workers, two of them Celery's, each on a machine of its own."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil
from sqlalchemy import text

from rota.domain.execution import Status
from tests.chaos import machine
from tests.chaos.machine import Machine
from tests.cluster.cluster import Cluster
from tests.faults.proxy import Proxy
from tests.faults.site import Server
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
POLICIES = {"queue_all": 0.05, "skip": 0.4, "queue_one": 0.2, "allow": 0.2, "cancel_running": 1.2}
"""How long the job with that policy works, in seconds."""

JOBS = "".join(
    f"""
@job(every="1s", queue="{queue}", overlap="{policy}", max_retries=1, backoff=0.1)
def {queue}_{policy}(context: JobContext):
    work(context, {seconds})
"""
    for queue in ("default", QUEUE)
    for policy, seconds in POLICIES.items()
) + "".join(
    f"""
@job(every="2s", queue="{queue}", overlap="skip", max_retries=2, backoff=0.1)
def {queue}_flaky(context: JobContext):
    work(context, 0.05)
    if context.attempt < 3:
        raise ValueError("not yet")
"""
    for queue in ("default", QUEUE)
)


class Company(Cluster):
    """All of them, on one database and one broker.

    machines  what each of the processes at the top is told, by its command's number
    line      between them and the database
    """

    def __init__(self, url: str, folder: Path, broker: Service) -> None:
        self.line = Proxy(url)
        environ = {"ROTA_BROKER_URL": broker.url, "ROTA_QUEUES": f"{QUEUE}=celery,*=local"}
        super().__init__(url, folder, JOBS, **environ, ROTA_SHUTDOWN_GRACE="3")
        self.environ["ROTA_DATABASE_URL"] = self.line.url
        self.broker = broker
        self.machines = [Machine(folder / f"machine-{number}") for number in range(len(ROLES))]
        self.staff: dict[Server, int] = {}
        self.restarts = 0

    def hire(self, number: int) -> None:
        """Start who has that place, in haste."""
        command = [sys.executable, "-P", "-m", "tests.chaos.hasty", *ROLES[number]]
        environ = os.environ | self.environ | {machine.FILE: str(self.folder / f"machine-{number}")}
        with self.said(len(self._servers)).open("wb") as said:
            process = subprocess.Popen(
                command, env=environ, cwd=self.folder, stdout=said, stderr=said, start_new_session=True
            )
        server = Server(process)
        self._servers.append(server)
        self.staff[server] = number

    def open(self) -> None:
        """Start everybody."""
        for number in range(len(ROLES)):
            self.hire(number)
        self.until_here(scheduler=3, agent=4)
        self.until(lambda: self.effects(f"{QUEUE}_allow"), "Celery runs jobs", seconds=60)

    def replace_the_dead(self) -> None:
        """Start whom somebody has killed again, as a service manager does."""
        for server, number in list(self.staff.items()):
            if server.process.poll() is not None:
                del self.staff[server]
                self.restarts += 1
                self.hire(number)

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

    def answers(self) -> bool:
        """Whether the database does."""
        with contextlib.suppress(Exception), self.rota.db.read() as conn:
            return bool(conn.execute(text("SELECT 1")).scalar_one())
        return False

    def figures(self) -> dict[str, int]:
        """How many executions ended how."""
        found = [row.status for row in self.rows()]
        return {status.value: found.count(status) for status in Status if status in found}

    def end(self) -> list[str]:
        """End everybody, with nothing armed any more. Returns which rules were broken."""
        for one in self.machines:
            one.point = ""
        self.until(self.answers, "the database answers")
        return super().end()

    def close(self) -> None:
        """Whatever happened: leave nothing behind."""
        super().close()
        self.line.close()
