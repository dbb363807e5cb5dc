"""The first schema: jobs and their state, executions and their output, nodes and what they know, audit."""

import sqlalchemy as sa
from alembic import op

from rota.store.schema.columns import Id, Instant, Json

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "audit",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("face", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("before", Json, nullable=True),
        sa.Column("after", Json, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_target", "audit", ["target", "id"], unique=False)
    op.create_table(
        "generations",
        sa.Column("id", Id, nullable=False),
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("problems", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_generations")),
        sa.UniqueConstraint("app", "hash", name=op.f("uq_generations_app_hash")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "jobs",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("job_type", sa.Text(), nullable=False),
        sa.Column("schedule_type", sa.Text(), nullable=False),
        sa.Column("schedule_expression", sa.Text(), nullable=False),
        sa.Column("resolved_expression", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("anchor", Instant(), nullable=True),
        sa.Column("task_name", sa.Text(), nullable=False),
        sa.Column("task_kwargs", Json, nullable=False),
        sa.Column("task_queue", sa.Text(), nullable=False),
        sa.Column("task_priority", sa.SmallInteger(), nullable=False),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("timeout", sa.Float(), nullable=False),
        sa.Column("memory_limit", sa.Integer(), nullable=True),
        sa.Column("max_retries", sa.Integer(), nullable=False),
        sa.Column("backoff", sa.Float(), nullable=False),
        sa.Column("backoff_cap", sa.Float(), nullable=False),
        sa.Column("retryable", sa.Boolean(), nullable=False),
        sa.Column("overlap", sa.Text(), nullable=False),
        sa.Column("misfire", sa.Text(), nullable=False),
        sa.Column("grace", sa.Float(), nullable=False),
        sa.Column("catch_up_limit", sa.Integer(), nullable=False),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.Column("tags", Json, nullable=False),
        sa.Column("metadata", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("app", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("sources", Json, nullable=False),
        sa.Column("overrides", Json, nullable=False),
        sa.Column("vanished_at", Instant(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("paused_at", Instant(), nullable=True),
        sa.Column("paused_until", Instant(), nullable=True),
        sa.Column("paused_by", sa.Text(), nullable=True),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.Column("deleted_at", Instant(), nullable=True),
        sa.CheckConstraint("(origin = 'code') = (app IS NOT NULL)", name=op.f("ck_jobs_origin_app")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_jobs_paused_until",
        "jobs",
        ["paused_until"],
        unique=False,
        sqlite_where=sa.text("paused_until IS NOT NULL"),
        postgresql_where=sa.text("paused_until IS NOT NULL"),
    )
    op.create_index(
        "uq_jobs_name",
        "jobs",
        ["name"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "log_lines",
        sa.Column("execution_id", Id, autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("execution_id", "seq", name=op.f("pk_log_lines")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "nodes",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("pid_started", sa.Float(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("app", sa.Text(), nullable=True),
        sa.Column("generation_id", Id, nullable=True),
        sa.Column("queues", Json, nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("beat", sa.BigInteger(), nullable=False),
        sa.Column("beat_at", Instant(), nullable=False),
        sa.Column("registered_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("info", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nodes")),
        postgresql_with={"fillfactor": "70"},
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_nodes_live",
        "nodes",
        ["id"],
        unique=False,
        sqlite_where=sa.text("status <> 'gone'"),
        postgresql_where=sa.text("status <> 'gone'"),
    )
    op.create_table(
        "rollups",
        sa.Column("job_id", Id, autoincrement=False, nullable=False),
        sa.Column("hour", Instant(), nullable=False),
        sa.Column("node_id", Id, autoincrement=False, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("bucket", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("retries", sa.BigInteger(), nullable=False),
        sa.Column("total_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "hour", "node_id", "status", "bucket", name=op.f("pk_rollups")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
    )
    op.create_table(
        "declarations",
        sa.Column("generation_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("info", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["generation_id"],
            ["generations.id"],
            name=op.f("fk_declarations_generation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("generation_id", "name", name=op.f("pk_declarations")),
    )
    op.create_table(
        "executions",
        sa.Column("id", Id, nullable=False),
        sa.Column("job_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("first_id", Id, nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("warning", sa.Text(), nullable=True),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("triggered_by", sa.Text(), nullable=False),
        sa.Column("scheduled_for", Instant(), nullable=True),
        sa.Column("slot_first", Instant(), nullable=True),
        sa.Column("slot_count", sa.Integer(), server_default="1", nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("not_before", Instant(), nullable=True),
        sa.Column("hold", sa.Text(), nullable=True),
        sa.Column("exclusive", sa.Boolean(), nullable=False),
        sa.Column("solitary", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("task_kwargs", Json, nullable=True),
        sa.Column("queued_at", Instant(), nullable=False),
        sa.Column("started_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("duration_ms", sa.BigInteger(), nullable=True),
        sa.Column("owner", Id, nullable=True),
        sa.Column("exit_code", sa.Integer(), nullable=True),
        sa.Column("error_type", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("stack_trace", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("result", Json, nullable=True),
        sa.Column("items_processed", sa.BigInteger(), nullable=True),
        sa.Column("items_failed", sa.BigInteger(), nullable=True),
        sa.Column("metrics", Json, nullable=True),
        sa.Column("peak_memory_mb", sa.Float(), nullable=True),
        sa.Column("cpu_seconds", sa.Float(), nullable=True),
        sa.Column("output_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("output_dropped", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("progress_done", sa.Float(), nullable=True),
        sa.Column("progress_total", sa.Float(), nullable=True),
        sa.Column("progress_message", sa.Text(), nullable=True),
        sa.Column("last_beat", Instant(), nullable=True),
        sa.Column("cancel_requested_by", sa.Text(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NOT NULL) = (status IN ('cancelled', 'failed', 'lost', 'missed', 'skipped', 'succeeded', 'timed_out'))",
            name=op.f("ck_executions_ended"),
        ),
        sa.CheckConstraint("status <> 'running' OR owner IS NOT NULL", name=op.f("ck_executions_owned")),
        sa.CheckConstraint("(attempt = 1) = (first_id IS NULL)", name=op.f("ck_executions_first")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_executions_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_executions")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_executions_active",
        "executions",
        ["job_id"],
        unique=False,
        sqlite_where=sa.text("status IN ('queued', 'submitted', 'running')"),
        postgresql_where=sa.text("status IN ('queued', 'submitted', 'running')"),
    )
    op.create_index(
        "ix_executions_claim",
        "executions",
        ["queue", sa.literal_column("rank DESC"), "id"],
        unique=False,
        sqlite_where=sa.text("status = 'queued' AND hold IS NULL"),
        postgresql_where=sa.text("status = 'queued' AND hold IS NULL"),
    )
    op.create_index("ix_executions_job", "executions", ["job_id", "id"], unique=False)
    op.create_index(
        "ix_executions_owner",
        "executions",
        ["owner"],
        unique=False,
        sqlite_where=sa.text("status IN ('submitted', 'running')"),
        postgresql_where=sa.text("status IN ('submitted', 'running')"),
    )
    op.create_index(
        "ix_executions_unsuccessful",
        "executions",
        ["id"],
        unique=False,
        sqlite_where=sa.text("status IN ('failed', 'timed_out', 'lost')"),
        postgresql_where=sa.text("status IN ('failed', 'timed_out', 'lost')"),
    )
    op.create_index(
        "ix_executions_waiting",
        "executions",
        ["not_before"],
        unique=False,
        sqlite_where=sa.text("status = 'queued' AND not_before IS NOT NULL"),
        postgresql_where=sa.text("status = 'queued' AND not_before IS NOT NULL"),
    )
    op.create_index(
        "uq_executions_attempt",
        "executions",
        ["first_id", "attempt"],
        unique=True,
        sqlite_where=sa.text("attempt > 1"),
        postgresql_where=sa.text("attempt > 1"),
    )
    op.create_index(
        "uq_executions_exclusive",
        "executions",
        ["job_id"],
        unique=True,
        sqlite_where=sa.text("exclusive AND status IN ('submitted', 'running')"),
        postgresql_where=sa.text("exclusive AND status IN ('submitted', 'running')"),
    )
    op.create_index(
        "uq_executions_slot",
        "executions",
        ["job_id", "scheduled_for"],
        unique=True,
        sqlite_where=sa.text("trigger = 'scheduler' AND attempt = 1"),
        postgresql_where=sa.text("trigger = 'scheduler' AND attempt = 1"),
    )
    op.create_table(
        "job_state",
        sa.Column("job_id", Id, autoincrement=False, nullable=False),
        sa.Column("next_run", Instant(), nullable=True),
        sa.Column("last_slot", Instant(), nullable=True),
        sa.Column("last_run", Instant(), nullable=True),
        sa.Column("last_status", sa.Text(), nullable=True),
        sa.Column("last_duration_ms", sa.BigInteger(), nullable=True),
        sa.Column("runs", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("successes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("failures", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("losses", sa.SmallInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_state_job_id")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_job_state")),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index("ix_job_state_next_run", "job_state", ["next_run"], unique=False)
    op.create_table(
        "job_versions",
        sa.Column("job_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_versions_job_id")),
        sa.PrimaryKeyConstraint("job_id", "version", name=op.f("pk_job_versions")),
    )
    op.create_table(
        "tasks",
        sa.Column("generation_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("info", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["generations.id"], name=op.f("fk_tasks_generation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("generation_id", "name", name=op.f("pk_tasks")),
    )


def downgrade() -> None:
    """Versions only go forward: restore a backup instead."""
    raise NotImplementedError
