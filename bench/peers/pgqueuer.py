"""PgQueuer on PostgreSQL: coroutines in one process, on asyncpg and uvloop, which is its fastest way."""

import asyncio

import asyncpg
import psycopg
import uvloop
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.models import Job
from pgqueuer.queries import Queries

from bench.peers import line

BATCH = 500


async def worker() -> PgQueuer:
    """A worker."""
    found = PgQueuer(AsyncpgDriver(await asyncpg.connect(line.given("DATABASE"))))

    @found.entrypoint("nothing")
    async def nothing(job: Job) -> None:
        """What is measured."""

    return found


async def queries() -> Queries:
    """What puts jobs there."""
    return Queries(AsyncpgDriver(await asyncpg.connect(line.given("DATABASE"))))


def throughput() -> None:
    """See line.rate. An end is recorded in the log, and the job leaves the queue."""
    loop = asyncio.new_event_loop()
    found = loop.run_until_complete(queries())
    loop.run_until_complete(found.install())

    def enqueue(count: int) -> None:
        loop.run_until_complete(found.enqueue(["nothing"] * count, [None] * count, [0] * count))

    with psycopg.connect(line.given("DATABASE"), autocommit=True) as conn:

        def ended() -> int:
            query = "SELECT count(*) FROM pgqueuer_log WHERE status = 'successful'"
            return line.counted(conn, query)

        words = ["-m", "bench.peers", "pgqueuer", "work"]
        line.tell("pgqueuer", rate=line.rate(words, enqueue, ended))


def work() -> None:
    """Be a worker, for ever."""

    async def run() -> None:
        await (await worker()).run(batch_size=BATCH)

    uvloop.run(run())
