"""Alerts: where they go, what asks for them, why one was made, and what was sent; reports; blocked addresses."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from rota.store.schema.columns import Id, Instant, Json, metadata, partial

channels = Table(
    "channels",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("secret", Text),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("next_at", Instant),
    Column("claimed_until", Instant),
    Column("last_sent_at", Instant),
    Column("last_error", Text),
    UniqueConstraint("name"),
    CheckConstraint("kind IN ('apprise', 'webhook')", name="kind"),
    sqlite_autoincrement=True,
)
"""url, secret: sealed, or "env:NAME"; next_at: when it is tried again; claimed_until: somebody is sending."""

alert_rules = Table(
    "alert_rules",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kinds", Json, nullable=False),
    Column("scope", Text, nullable=False),
    Column("target", Text),
    Column("channels", Json, nullable=False),
    Column("mode", Text, nullable=False),
    Column("streak", Integer, nullable=False),
    Column("critical", Boolean, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("throttle", Float, nullable=False),
    Column("is_enabled", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Text, nullable=False),
    UniqueConstraint("name"),
    CheckConstraint("scope IN ('all', 'job', 'tag', 'type')", name="scope"),
    CheckConstraint("mode IN ('each', 'first', 'streak')", name="mode"),
    CheckConstraint("(scope = 'all') = (target IS NULL)", name="target"),
    sqlite_autoincrement=True,
)

alert_mutes = Table(
    "alert_mutes",
    metadata,
    Column("target", Text, primary_key=True),
    Column("until", Instant, nullable=False),
    Column("reason", Text),
    Column("by", Text, nullable=False),
)
"""target: "all", "job:NAME" or "rule:NAME"."""

causes = Table(
    "causes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("job_id", Id),
    Column("execution_id", Id),
    Column("info", Json, nullable=False),
    Column("handled_at", Instant),
    UniqueConstraint("key"),
    sqlite_autoincrement=True,
)
"""key: what happened, once; handled_at: when its deliveries were written, if there are any."""
Index("ix_causes_at", causes.c.at)
partial("ix_causes_open", "handled_at IS NULL", causes.c.id)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("cause_id", Id, ForeignKey("causes.id", ondelete="CASCADE"), nullable=False),
    Column("channel_id", Id, ForeignKey("channels.id", ondelete="CASCADE"), nullable=False),
    Column("rule_id", Id),
    Column("message_id", Text),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    UniqueConstraint("cause_id", "channel_id"),
    sqlite_autoincrement=True,
)
"""One cause told (or to be told) to one channel. Those with one message_id go, or went, in one message."""
partial("ix_deliveries_pending", "sent_at IS NULL", deliveries.c.channel_id, deliveries.c.id)
Index("ix_deliveries_rule", deliveries.c.rule_id, deliveries.c.channel_id, deliveries.c.id)

alert_open = Table(
    "alert_open",
    metadata,
    Column("job_id", Id, primary_key=True, autoincrement=False),
    Column("since", Instant, nullable=False),
    Column("cause_id", Id, nullable=False),
)
"""Jobs whose failure was told, and which have not recovered yet."""

reports = Table(
    "reports",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("begins_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("title", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("kind", "begins_at"),
    sqlite_autoincrement=True,
)

blocked_addresses = Table(
    "blocked_addresses",
    metadata,
    Column("network", Text, primary_key=True),
    Column("first", Text, nullable=False),
    Column("last", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant),
)
"""first, last: the ends of the network as 32 hexadecimal digits, so that texts compare as addresses do."""
Index("ix_blocked_addresses_last", blocked_addresses.c.last)
