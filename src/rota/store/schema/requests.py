"""Requests that their sender may send again without asking for more."""

from sqlalchemy import Column, Index, Table, Text

from rota.store.schema.columns import Id, Instant, metadata

requests = Table(
    "requests",
    metadata,
    Column("asker", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("execution_id", Id),
    Column("at", Instant, nullable=False),
)
Index("ix_requests_at", requests.c.at)
