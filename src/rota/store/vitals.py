"""What the database says about itself: its version, its clock, what we may do in it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, text

from rota.domain.execution import ACTIVE
from rota.store.database import Database, sqlite_module
from rota.store.pooling import POOLED
from rota.store.rows import one_of
from rota.store.schema import executions, jobs, metadata


def version(db: Database) -> str:
    """The database's own version, as "SQLite 3.51.3" or "PostgreSQL 18.1"."""
    if db.is_sqlite:
        return f"SQLite {sqlite_module().sqlite_version}"
    with db.read() as conn:
        return f"PostgreSQL {conn.execute(text('SHOW server_version')).scalar_one()}"


def clock(conn: Connection) -> datetime | None:
    """The server's clock; None for SQLite, which has none but ours."""
    if conn.dialect.name != "postgresql":
        return None
    found: datetime = conn.execute(select(func.clock_timestamp())).scalar_one()
    return found


def pooled(conn: Connection) -> bool:
    """Whether a pooler such as PgBouncer stands between us and the server."""
    return bool(conn.connection.info.get(POOLED))


@dataclass(frozen=True, slots=True)
class LongOpen:
    """A transaction of somebody that is open: of which process of the server, whose, of what program, for how long."""

    pid: int
    user: str
    program: str
    seconds: float


_OLDEST = text("""
    SELECT pid, usename, application_name, extract(epoch FROM clock_timestamp() - xact_start)
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL) AND xact_start IS NOT NULL
    AND pid NOT IN (SELECT pid FROM pg_stat_progress_vacuum)
    ORDER BY xact_start LIMIT 1
""")


def oldest_transaction(conn: Connection) -> LongOpen | None:
    """The open transaction that PostgreSQL cannot tidy up behind; None for SQLite, and when we may see of none."""
    if conn.dialect.name != "postgresql":
        return None
    row = conn.execute(_OLDEST).one_or_none()
    return None if row is None else LongOpen(row[0], row[1], row[2], float(row[3]))


def lacking(db: Database) -> list[str]:
    """What we may not do but must: tables that may not be written. Raises Unavailable when SQLite is read-only."""
    if db.is_sqlite:
        with db.write():
            return []
    rights = ("SELECT", "INSERT", "UPDATE", "DELETE")
    wanted = [(right, table.name) for table in metadata.sorted_tables for right in rights]
    allowed = select(*(func.has_table_privilege(name, right) for right, name in wanted))
    with db.read() as conn:
        told = conn.execute(allowed).one()
    return [f"{right} on {name}" for (right, name), ok in zip(wanted, told, strict=True) if not ok]


def variables_used(conn: Connection) -> list[tuple[str, str, str]]:
    """The jobs whose schedule names a variable: (name, expression as written, as it was resolved)."""
    there = (jobs.c.deleted_at.is_(None), jobs.c.schedule_expression.contains("${", autoescape=True))
    columns = (jobs.c.name, jobs.c.schedule_expression, jobs.c.resolved_expression)
    return [(row[0], row[1], row[2]) for row in conn.execute(select(*columns).where(*there))]


def waiting_by_queue(conn: Connection) -> dict[str, int]:
    """How many executions wait in each queue."""
    # In the words of the partial index: with a parameter a database would look at every execution.
    active = one_of(executions.c.status, *ACTIVE)
    query = select(executions.c.queue, func.count()).where(active, executions.c.status == "queued")
    return {queue: n for queue, n in conn.execute(query.group_by(executions.c.queue))}


_FEW = 100


def holders(conn: Connection) -> tuple[list[str], bool]:
    """Who paused jobs that still are, by name, and whether these are all: of very many jobs some are looked at."""
    there = (jobs.c.paused_at.is_not(None), jobs.c.deleted_at.is_(None))
    found = conn.execute(select(jobs.c.paused_by).where(*there).limit(_FEW + 1)).scalars().all()
    return sorted({name for name in found[:_FEW] if name}), len(found) <= _FEW


_NEXT_QUEUE = (
    select(jobs.c.task_queue)
    .where(jobs.c.deleted_at.is_(None), jobs.c.is_enabled, jobs.c.task_queue > bindparam("last"))
    .order_by(jobs.c.task_queue)
    .limit(1)
)


def queues_of_jobs(conn: Connection) -> list[str]:
    """The queues that enabled jobs use, from one to the next: they are few, the jobs may be many."""
    found = [""]
    while (queue := conn.execute(_NEXT_QUEUE, {"last": found[-1]}).scalar()) is not None:
        found.append(queue)
    return found[1:]
