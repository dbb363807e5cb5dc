"""A database with a long history: many jobs, a million executions, and all that is counted of them."""

from datetime import timedelta

from sqlalchemy import Connection, func, select, text

from bench.site import make_jobs
from rota.app import Rota
from rota.domain.job import JobSpec
from rota.store.schema import EPOCH, jobs

DAYS = 90


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
            "step": DAYS * 86_400 / execution_count, "now": int((now - EPOCH).total_seconds()),
        }  # fmt: skip
        for statement in _statements(conn):
            conn.execute(text(statement), given)
    with rota.db.write() as conn:
        conn.execute(text("ANALYZE"))


def _statements(conn: Connection) -> list[str]:
    is_postgres = conn.dialect.name == "postgresql"

    def at(seconds: str) -> str:
        return f"to_timestamp({seconds})" if is_postgres else f"CAST(({seconds}) * 1000000 AS INTEGER)"

    queued = ":begin + i * :step"
    # One in five belongs to any job, the others to the two thousand that run often.
    job = ":first + CASE WHEN i % 5 = 0 THEN (i * 31) % :jobs ELSE (i * 7919) % :busy END"
    failed = "i % 50 = 0"
    numbers = (
        "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < :many)"
    )
    hour = "date_trunc('hour', ended_at)" if is_postgres else "ended_at - ended_at % 3600000000"
    ten = (
        "to_timestamp(floor(extract(epoch FROM ended_at) / 600) * 600)"
        if is_postgres
        else "ended_at - ended_at % 600000000"
    )
    return [
        f"UPDATE job_state SET next_run = {at(':now + 1 + (job_id * 7) % 86400')}",
        "INSERT INTO executions (job_id, version, attempt, status, trigger, triggered_by, scheduled_for, queue,"
        " rank, exclusive, queued_at, started_at, ended_at, duration_ms, owner, error_type, error_message) "
        f"{numbers} SELECT {job}, 1, 1, CASE WHEN {failed} THEN 'failed' ELSE 'succeeded' END,"
        " CASE WHEN i % 100 = 1 THEN 'manual' ELSE 'scheduler' END,"
        f" 'scheduler', {at(queued)}, 'default', 11, {'true' if is_postgres else '1'}, {at(queued)},"
        f" {at(queued + ' + 0.1')}, {at(queued + ' + 0.1 + (i % 400) / 10.0')}, (i % 400) * 100, 1,"
        f" CASE WHEN {failed} THEN 'OSError' END, CASE WHEN {failed} THEN 'disk full' END FROM n",
        "INSERT INTO rollups (job_id, hour, node_id, status, bucket, n, retries, total_ms) "
        f"SELECT job_id, {hour} AS h, 1, status, 8 * (duration_ms / 5000), count(*), 0, sum(duration_ms) "
        "FROM executions GROUP BY 1, 2, 4, 5",
        "INSERT INTO activity (at, node_id, status, n) "
        f"SELECT {ten} AS t, 1, status, count(*) FROM executions GROUP BY 1, 3",
    ]
