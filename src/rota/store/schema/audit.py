"""The audit log, whose rows are never changed once they are sealed, and the events that readers follow."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from rota.store.schema.columns import Id, Instant, Json, metadata, partial

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", Text, nullable=False),
    Column("face", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("before", Json),
    Column("after", Json),
    Column("reason", Text),
    Column("token", BigInteger),
    Column("address", Text),
    Column("request_id", Text),
    Column("xid", BigInteger, nullable=False, server_default="0"),
    Column("seq", BigInteger),
    Column("previous", Text),
    Column("hash", Text),
    sqlite_autoincrement=True,
)
"""xid: the transaction that wrote it; seq, previous, hash: its seal, null until it is sealed."""
Index("ix_audit_target", audit.c.target, audit.c.id)
Index("uq_audit_seq", audit.c.seq, unique=True)
partial("ix_audit_unsealed", "seq IS NULL", audit.c.xid, audit.c.id)
partial("ix_audit_checkpoints", "action = 'audit.archive'", audit.c.id)

events = Table(
    "events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("payload", Json, nullable=False),
    Column("xid", BigInteger, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)
Index("ix_events_xid", events.c.xid, events.c.id)
Index("ix_events_at", events.c.at)
