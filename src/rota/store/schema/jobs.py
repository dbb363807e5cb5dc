"""Jobs: the definition, its versions, and the narrow row that changes with every fire."""

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
)

from rota.store.schema.columns import Id, Instant, Json, metadata, partial

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("job_type", Text, nullable=False),
    Column("schedule_type", Text, nullable=False),
    Column("schedule_expression", Text, nullable=False),
    Column("resolved_expression", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("anchor", Instant),
    Column("task_name", Text, nullable=False),
    Column("task_kwargs", Json, nullable=False),
    Column("task_queue", Text, nullable=False),
    Column("task_priority", SmallInteger, nullable=False),
    Column("is_enabled", Boolean, nullable=False),
    Column("timeout", Float, nullable=False),
    Column("memory_limit", Integer),
    Column("max_retries", Integer, nullable=False),
    Column("backoff", Float, nullable=False),
    Column("backoff_cap", Float, nullable=False),
    Column("retryable", Boolean, nullable=False),
    Column("overlap", Text, nullable=False),
    Column("misfire", Text, nullable=False),
    Column("grace", Float, nullable=False),
    Column("catch_up_limit", Integer, nullable=False),
    Column("critical", Boolean, nullable=False),
    Column("tags", Json, nullable=False),
    Column("metadata", Json, nullable=False),
    Column("version", Integer, nullable=False),
    Column("origin", Text, nullable=False),
    Column("app", Text),
    Column("source", Text),
    Column("sources", Json, nullable=False),
    Column("overrides", Json, nullable=False),
    Column("vanished_at", Instant),
    Column("problem", Text),
    Column("paused_at", Instant),
    Column("paused_until", Instant),
    Column("paused_by", Text),
    Column("pause_reason", Text),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("deleted_at", Instant),
    CheckConstraint("(origin = 'code') = (app IS NOT NULL)", name="origin_app"),
    sqlite_autoincrement=True,
)
partial("ix_jobs_paused", "paused_at IS NOT NULL", jobs.c.name)
partial("ix_jobs_disabled", "NOT is_enabled", jobs.c.name)
partial("ix_jobs_problem", "problem IS NOT NULL", jobs.c.name)
partial("ix_jobs_vanished", "vanished_at IS NOT NULL", jobs.c.name)
partial("uq_jobs_name", "deleted_at IS NULL", jobs.c.name, unique=True)
partial("ix_jobs_type", "deleted_at IS NULL", jobs.c.job_type, jobs.c.id)
partial("ix_jobs_queue", "deleted_at IS NULL", jobs.c.task_queue, jobs.c.origin, jobs.c.is_enabled)
partial("ix_jobs_title", "deleted_at IS NULL", jobs.c.title, jobs.c.id)
partial("ix_jobs_priority", "deleted_at IS NULL", jobs.c.task_priority, jobs.c.id)
partial("ix_jobs_created", "deleted_at IS NULL", jobs.c.created_at, jobs.c.id)
partial("ix_jobs_updated", "deleted_at IS NULL", jobs.c.updated_at, jobs.c.id)
partial("ix_jobs_deleted", "deleted_at IS NOT NULL", jobs.c.id)
partial("ix_jobs_paused_until", "paused_until IS NOT NULL", jobs.c.paused_until)

job_words = Table(
    "job_words",
    metadata,
    Column("job_id", Id, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("words", Text, nullable=False),
    Column("tags", Text, nullable=False),
)
"""What jobs that are there are found by: name, title and description in small letters, and the tags as JSON.

A search reads it from end to end, so it is narrow. Triggers keep it.
"""

job_versions = Table(
    "job_versions",
    metadata,
    Column("job_id", Id, ForeignKey("jobs.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("spec", Json, nullable=False),
    Column("saved_at", Instant, nullable=False),
    Column("saved_by", Text, nullable=False),
)

job_state = Table(
    "job_state",
    metadata,
    Column("job_id", Id, ForeignKey("jobs.id"), primary_key=True, autoincrement=False),
    Column("next_run", Instant),
    Column("last_slot", Instant),
    Column("last_run", Instant),
    Column("last_status", Text),
    Column("last_duration_ms", BigInteger),
    Column("runs", BigInteger, nullable=False, server_default="0"),
    Column("successes", BigInteger, nullable=False, server_default="0"),
    Column("failures", BigInteger, nullable=False, server_default="0"),
    Column("total_ms", BigInteger, nullable=False, server_default="0"),
    Column("losses", SmallInteger, nullable=False, server_default="0"),
    info={"fillfactor": 70},
)
Index("ix_job_state_next_run", job_state.c.next_run)
