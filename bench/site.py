"""Where the measurements run: a fresh database of each kind on loopback, and rota on it with jobs that do nothing."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

import psutil
from sqlalchemy import Connection, String, cast, delete, insert, literal, select, true

from rota.app import Rota, build
from rota.domain.execution import ACTIVE
from rota.domain.job import JobSpec
from rota.settings import Settings
from rota.store.rows import one_of
from rota.store.schema import executions, job_state, job_versions, jobs
from tests.servers import databases, guarded, postgres

Fresh = Callable[[], AbstractContextManager[str]]
"""Makes an empty database for the length of a block; gives its address."""

NOTHING = "from rota import job\n\n@job(overlap='allow')\ndef nothing():\n    pass\n"


@contextlib.contextmanager
def fresh_file() -> Iterator[str]:
    """Where a file may be made."""
    with tempfile.TemporaryDirectory() as folder:
        yield f"{folder}/bench.db"


@contextlib.contextmanager
def fresh_sqlite() -> Iterator[str]:
    """The address of an SQLite database."""
    with fresh_file() as file:
        yield f"sqlite:///{file}"


@contextlib.contextmanager
def postgres_server() -> Iterator[Fresh | None]:
    """A PostgreSQL server for the length of the block, None where its binaries are not there."""
    binaries = postgres.binaries_of_wheel() or postgres.installed_binaries()
    if binaries is None:
        yield None
        return
    with postgres.running(binaries) as server:
        yield lambda: databases.fresh(server.url)


@contextlib.contextmanager
def kinds() -> Iterator[dict[str, Fresh]]:
    """What makes a fresh database of each kind that is there."""
    with postgres_server() as server:
        yield {"SQLite": fresh_sqlite} | ({"PostgreSQL": server} if server else {})


@contextlib.contextmanager
def addresses() -> Iterator[list[tuple[str, str]]]:
    """(name, address) of a fresh database of each kind."""
    with kinds() as found, contextlib.ExitStack() as stack:
        yield [(name, stack.enter_context(fresh())) for name, fresh in found.items()]


@contextlib.contextmanager
def brokers() -> Iterator[dict[str, str]]:
    """The addresses of the brokers that are there."""
    found = {"RabbitMQ": guarded.rabbitmq(), "Valkey": guarded.valkey()}
    there = {name: broker for name, broker in found.items() if broker is not None}
    try:
        for broker in there.values():
            broker.start()
        yield {name: broker.url for name, broker in there.items()}
    finally:
        for broker in there.values():
            broker.close()


@contextlib.contextmanager
def rota_on(address: str, *, runners: int = 2, source: str = NOTHING) -> Iterator[Rota]:
    """rota on that database, with a module that holds `source` in a folder of its own. Nothing is started."""
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder, "measured_jobs.py")
        module.write_text(source)
        settings = Settings(database_url=address, modules=(str(module),), runners=runners)
        with build(settings) as rota:
            rota.upgrade()
            yield rota


def wait_for_job(rota: Rota, name: str) -> int:
    """Wait until a node has declared the job. Returns its id."""
    while True:
        with rota.db.read() as conn:
            found = conn.execute(select(jobs.c.id).where(jobs.c.name == name)).scalar()
        if found is not None:
            return int(found)
        time.sleep(0.05)


def is_done(rota: Rota) -> bool:
    """Whether nothing is queued or running."""
    query = select(executions.c.id).where(one_of(executions.c.status, *ACTIVE)).limit(1)
    with rota.db.read() as conn:
        return conn.execute(query).scalar() is None


def wait_until_done(rota: Rota) -> None:
    """Wait until nothing is queued or running."""
    while not is_done(rota):
        time.sleep(0.02)


def declare(rota: Rota) -> int:
    """Put one job there that no node needs to know. Returns its id."""
    make_jobs(rota, JobSpec(name="one", task_name="any.task", overlap="allow"), 1, rota.clock.now())
    return wait_for_job(rota, "job_0")


def make_jobs(rota: Rota, spec: JobSpec, count: int, next_run: datetime) -> None:
    """Put `count` jobs like `spec` there, all due at one instant, in place of those that there are."""
    now = rota.clock.now()
    row = spec.model_dump() | {
        "tags": [],
        "resolved_expression": spec.schedule_expression,
        "origin": "runtime",
    }
    row |= {
        "overrides": {},
        "sources": {},
        "created_at": now,
        "created_by": "bench",
        "updated_at": now,
        "updated_by": "bench",
    }
    with rota.db.write() as conn:
        for table in (executions, job_state, job_versions, jobs):
            conn.execute(delete(table))
        named = {**row, "version": 1, "name": "job_0"}
        first = conn.execute(insert(jobs).returning(jobs.c.id), named).scalar_one()
        _copy(conn, first, count - 1)
        due = literal(next_run, job_state.c.next_run.type)
        conn.execute(insert(job_state).from_select(["job_id", "next_run"], select(jobs.c.id, due)))


def _copy(conn: Connection, job_id: int, times: int) -> None:
    """Put so many copies of a job beside it, in one statement."""
    n = select(literal(1).label("n")).cte("numbers", recursive=True)
    n = n.union_all(select(n.c.n + 1).where(n.c.n < times))
    columns = [column for column in jobs.c if column.name not in ("id", "name")]
    copies = select(literal("job_").concat(cast(n.c.n, String)), *columns)
    copies = copies.select_from(jobs.join(n, true())).where(jobs.c.id == job_id, n.c.n <= times)
    conn.execute(insert(jobs).from_select([jobs.c.name, *columns], copies))


def processes() -> list[psutil.Process]:
    """This process and everything below it that is rota, not a database server."""
    own = psutil.Process(os.getpid())
    return [own, *(one for one in own.children(recursive=True) if "rota" in " ".join(one.cmdline()))]


def cpu_seconds() -> float:
    """CPU that they have used so far."""
    return sum(sum(process.cpu_times()[:2]) for process in processes())


def serve(address: str, module: Path) -> "subprocess.Popen[bytes]":
    """`rota serve -m MODULE`, its output thrown away."""
    command = [
        sys.executable,
        "-P",
        "-m",
        "rota",
        "serve",
        "-m",
        str(module),
        "--runners",
        "2",
        "--port",
        "0",
    ]
    environ = os.environ | {"ROTA_DATABASE_URL": address}
    return subprocess.Popen(command, env=environ, cwd=module.parent, stdout=subprocess.DEVNULL)
