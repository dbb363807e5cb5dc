"""A database with a long history: many jobs of all sorts, a million executions, and all that is counted of them."""

from datetime import timedelta

import psycopg
from sqlalchemy import Connection, func, select, text

from bench.site import make_jobs
from rota.app import Rota
from rota.domain.job import JobSpec
from rota.store.schema import EPOCH, jobs

DAYS = 90
SOON = 600
"""Seconds from when the database is filled to the first fire, in which nothing of it is due."""


def fill(rota: Rota, job_count: int = 100_000, execution_count: int = 1_000_000) -> None:
    """Put so many jobs and executions of the last 90 days into an empty database; a node knows their task."""
    now = rota.clock.now()
    spec = JobSpec(name="job", task_name="nothing", schedule_type="daily", schedule_expression="02:00")
    make_jobs(rota, spec, job_count, now + timedelta(hours=1))
    with rota.db.write() as conn:
        first = conn.execute(select(func.min(jobs.c.id))).scalar_one()
        given = {
            "first": first, "jobs": job_count, "busy": min(2000, job_count), "many": execution_count,
            "begin": int((now - timedelta(days=DAYS) - EPOCH).total_seconds()),
            "step": DAYS * 86_400 / execution_count,
        }  # fmt: skip
        told = Words(conn)
        for statement in (_sorts(told), _executions(told), _rollups(told), _activity(told), _states(told)):
            conn.execute(text(statement), given)
        soon = int((rota.clock.now() - EPOCH).total_seconds()) + SOON
        conn.execute(text(_next_runs(told)), {"soon": soon})
    _tidy(rota)


def _tidy(rota: Rota) -> None:
    """What SQLite is told by rota, and PostgreSQL does by itself soon after so many new rows."""
    if rota.db.is_sqlite:
        with rota.db.write() as conn:
            conn.execute(text("ANALYZE"))
        return
    address = rota.db.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("VACUUM ANALYZE")


class Words:
    """What the two databases say differently."""

    def __init__(self, conn: Connection) -> None:
        self.is_postgres = conn.dialect.name == "postgresql"
        self.true = "true" if self.is_postgres else "1"

    def at(self, seconds: str) -> str:
        """An instant, from seconds since the epoch."""
        return f"to_timestamp({seconds})" if self.is_postgres else f"CAST(({seconds}) * 1000000 AS INTEGER)"

    def begin(self, column: str, seconds: int) -> str:
        """The begin of the span of so many seconds that an instant lies in."""
        if self.is_postgres:
            return f"to_timestamp(floor(extract(epoch FROM {column}) / {seconds}) * {seconds})"
        return f"{column} - {column} % {seconds * 1_000_000}"

    def json(self, value: str) -> str:
        """A text that is JSON."""
        return f"CAST({value} AS jsonb)" if self.is_postgres else value


def _sorts(told: Words) -> str:
    """Jobs of five types and forty teams; one in fifty is disabled, one in a hundred paused."""
    tags = told.json("""'["nightly", "team-' || (id % 40) || '"]'""")
    types = " ".join(f"WHEN {n} THEN 'type_{n}'" for n in range(4))
    return (
        f"UPDATE jobs SET tags = {tags}, job_type = CASE id % 5 {types} ELSE 'custom' END,"
        " title = 'Nightly import ' || id, task_priority = 1 + id % 9,"
        " description = 'Fetches what was delivered since yesterday to region ' || (id % 400),"
        f" is_enabled = id % 50 <> 0, paused_at = CASE WHEN id % 100 = 1 THEN {told.at(':begin')} END,"
        f" created_at = {told.at(':begin + id')}, updated_at = {told.at(':begin + 7 * id % 7000000')}"
    )


def _executions(told: Words) -> str:
    """One in five belongs to any job, the others to the two thousand that run often; one in fifty failed."""
    queued = ":begin + i * :step"
    job = ":first + CASE WHEN i % 5 = 0 THEN (i * 31) % :jobs ELSE (i * 7919) % :busy END"
    failed = "i % 50 = 0"
    return (
        "INSERT INTO executions (job_id, version, attempt, status, trigger, triggered_by, scheduled_for, queue,"
        " rank, exclusive, queued_at, started_at, ended_at, duration_ms, owner, error_type, error_message) "
        "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < :many) "
        f"SELECT {job}, 1, 1, CASE WHEN {failed} THEN 'failed' ELSE 'succeeded' END,"
        " CASE WHEN i % 100 = 1 THEN 'manual' ELSE 'scheduler' END,"
        f" 'scheduler', {told.at(queued)}, 'default', 11, {told.true}, {told.at(queued)},"
        f" {told.at(queued + ' + 0.1')}, {told.at(queued + ' + 0.1 + (i % 400) / 10.0')}, (i % 400) * 100, 1,"
        f" CASE WHEN {failed} THEN 'OSError' END, CASE WHEN {failed} THEN 'disk full' END FROM n"
    )


def _rollups(told: Words) -> str:
    return (
        "INSERT INTO rollups (job_id, hour, node_id, status, bucket, n, retries, total_ms) "
        f"SELECT job_id, {told.begin('ended_at', 3600)} AS h, 1, status, 8 * (duration_ms / 5000), count(*), 0,"
        " sum(duration_ms) FROM executions GROUP BY 1, 2, 4, 5"
    )


def _activity(told: Words) -> str:
    return (
        "INSERT INTO activity (at, node_id, status, n) "
        f"SELECT {told.begin('ended_at', 600)} AS t, 1, status, count(*) FROM executions GROUP BY 1, 3"
    )


def _states(_: Words) -> str:
    """What is kept of each job's runs."""
    return (
        "UPDATE job_state SET runs = c.runs, successes = c.runs - c.failures, failures = c.failures,"
        " total_ms = c.total_ms, last_run = e.started_at, last_status = e.status,"
        " last_duration_ms = e.duration_ms FROM (SELECT job_id, count(*) AS runs, max(id) AS newest,"
        " sum(CASE WHEN status = 'failed' THEN 1 ELSE 0 END) AS failures, sum(duration_ms) AS total_ms"
        " FROM executions GROUP BY job_id) c JOIN executions e ON e.id = c.newest"
        " WHERE c.job_id = job_state.job_id"
    )


def _next_runs(told: Words) -> str:
    """Over the day that begins soon; none for what is disabled or paused."""
    held = "SELECT id FROM jobs WHERE paused_at IS NOT NULL OR NOT is_enabled"
    due = told.at(":soon + (job_id * 7) % 86400")
    return f"UPDATE job_state SET next_run = CASE WHEN job_id IN ({held}) THEN NULL ELSE {due} END"
