"""Executions, their output, and the counts that outlive them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    false,
)

from rota.domain.execution import final_statuses
from rota.store.schema.columns import Id, Instant, Json, metadata, partial

executions = Table(
    "executions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("first_id", Id),
    Column("attempt", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("warning", Text),
    Column("trigger", Text, nullable=False),
    Column("triggered_by", Text, nullable=False),
    Column("scheduled_for", Instant),
    Column("slot_first", Instant),
    Column("slot_count", Integer, nullable=False, server_default="1"),
    Column("queue", Text, nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("not_before", Instant),
    Column("hold", Text),
    Column("exclusive", Boolean, nullable=False),
    Column("solitary", Boolean, nullable=False, server_default=false()),
    Column("task_kwargs", Json),
    Column("queued_at", Instant, nullable=False),
    Column("submitted_at", Instant),
    Column("sends", SmallInteger, nullable=False, server_default="0"),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("duration_ms", BigInteger),
    Column("owner", Id),
    Column("exit_code", Integer),
    Column("error_type", Text),
    Column("error_message", Text),
    Column("stack_trace", Text),
    Column("message", Text),
    Column("result", Json),
    Column("items_processed", BigInteger),
    Column("items_failed", BigInteger),
    Column("metrics", Json),
    Column("peak_memory_mb", Float),
    Column("cpu_seconds", Float),
    Column("output_bytes", BigInteger, nullable=False, server_default="0"),
    Column("output_dropped", BigInteger, nullable=False, server_default="0"),
    Column("progress_done", Float),
    Column("progress_total", Float),
    Column("progress_message", Text),
    Column("last_beat", Instant),
    Column("cancel_requested_by", Text),
    Column("cancel_reason", Text),
    CheckConstraint(
        "(ended_at IS NOT NULL) = (status IN ({}))".format(", ".join(f"'{s}'" for s in final_statuses())),
        name="ended",
    ),
    CheckConstraint("(attempt = 1) = (first_id IS NULL)", name="first"),
    CheckConstraint("status <> 'running' OR owner IS NOT NULL", name="owned"),
    sqlite_autoincrement=True,
)


_e = executions.c
Index("ix_executions_job", _e.job_id, _e.id)
partial(
    "uq_executions_slot", "trigger = 'scheduler' AND attempt = 1", _e.job_id, _e.scheduled_for, unique=True
)
partial("uq_executions_attempt", "attempt > 1", _e.first_id, _e.attempt, unique=True)
partial("ix_executions_claim", "status = 'queued' AND hold IS NULL", _e.queue, _e.rank.desc(), _e.id)
partial("ix_executions_active", "status IN ('queued', 'submitted', 'running')", _e.job_id)
partial("ix_executions_owner", "status IN ('submitted', 'running')", _e.owner)
partial("ix_executions_asked", "status = 'running' AND cancel_requested_by IS NOT NULL", _e.owner)
partial("uq_executions_exclusive", "exclusive AND status IN ('submitted', 'running')", _e.job_id, unique=True)
partial("ix_executions_submitted", "status = 'submitted'", _e.queue, _e.id)
partial("ix_executions_waiting", "status = 'queued' AND not_before IS NOT NULL", _e.not_before)
partial("ix_executions_unsuccessful", "status IN ('failed', 'timed_out', 'lost')", _e.id)

log_lines = Table(
    "log_lines",
    metadata,
    Column("execution_id", Id, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("source", Text, nullable=False),
    Column("text", Text, nullable=False),
    sqlite_with_rowid=False,
)

rollups = Table(
    "rollups",
    metadata,
    Column("job_id", Id, primary_key=True, autoincrement=False),
    Column("hour", Instant, primary_key=True),
    Column("node_id", Id, primary_key=True, autoincrement=False),
    Column("status", Text, primary_key=True),
    Column("bucket", SmallInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
    Column("retries", BigInteger, nullable=False),
    Column("total_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
    info={"fillfactor": 70},
)

activity = Table(
    "activity",
    metadata,
    Column("at", Instant, primary_key=True),
    Column("node_id", Id, primary_key=True, autoincrement=False),
    Column("status", Text, primary_key=True),
    Column("n", BigInteger, nullable=False),
    sqlite_with_rowid=False,
    info={"fillfactor": 70},
)
"""How many executions of all jobs ended in the ten minutes that begin at `at`."""
partial(
    "ix_executions_status",
    "status IN ('failed', 'timed_out', 'lost', 'cancelled', 'skipped', 'missed')",
    _e.status,
    _e.id,
)
partial("ix_executions_node", "owner IS NOT NULL", _e.owner, _e.id)
partial("ix_executions_trigger", "trigger <> 'scheduler'", _e.trigger, _e.id)
