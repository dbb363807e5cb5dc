"""Nodes and what they know; settings."""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from rota.store.schema.columns import Id, Instant, Json, metadata, partial

nodes = Table(
    "nodes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("pid_started", Float, nullable=False),
    Column("version", Text, nullable=False),
    Column("app", Text),
    Column("generation_id", Id),
    Column("queues", Json, nullable=False),
    Column("slots", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("beat", BigInteger, nullable=False),
    Column("beat_at", Instant, nullable=False),
    Column("clock_offset_ms", Float),
    Column("registered_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("info", Json, nullable=False),
    sqlite_autoincrement=True,
    info={"fillfactor": 70},
)
partial("ix_nodes_live", "status <> 'gone'", nodes.c.id)

generations = Table(
    "generations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("app", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("problems", Json, nullable=False),
    UniqueConstraint("app", "hash"),
    sqlite_autoincrement=True,
)

tasks = Table(
    "tasks",
    metadata,
    Column("generation_id", Id, ForeignKey("generations.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("info", Json, nullable=False),
)

declarations = Table(
    "declarations",
    metadata,
    Column("generation_id", Id, ForeignKey("generations.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("info", Json, nullable=False),
)

settings = Table(
    "settings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Json, nullable=False),
)
