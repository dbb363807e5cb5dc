"""Users, what they come by (sessions, tokens, links that work once), and the attempts that failed."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from rota.store.schema.columns import Id, Instant, Json, metadata

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text),
    Column("password_changed_at", Instant),
    Column("last_login_at", Instant),
    Column("disabled_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("subject", Text),
    UniqueConstraint("name_key"),
    CheckConstraint("role IN ('viewer', 'operator', 'admin')", name="role"),
    sqlite_autoincrement=True,
)

Index("ux_users_subject", users.c.subject, unique=True)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("address", Text),
    Column("agent", Text, nullable=False),
    UniqueConstraint("secret_hash"),
    sqlite_autoincrement=True,
)
Index("ix_sessions_user_id", sessions.c.user_id)
Index("ix_sessions_seen_at", sessions.c.seen_at)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("scopes", Json),
    Column("created_at", Instant, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_at", Instant),
    Column("last_used_at", Instant),
    Column("revoked_at", Instant),
    sqlite_autoincrement=True,
)
Index("ix_tokens_user_id", tokens.c.user_id)

login_failures = Table(
    "login_failures",
    metadata,
    Column("key", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
)
Index("ix_login_failures_last_at", login_failures.c.last_at)

one_time_links = Table(
    "one_time_links",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("secret_hash", Text, nullable=False),
    Column("payload", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    UniqueConstraint("secret_hash"),
    sqlite_autoincrement=True,
)
Index("ix_one_time_links_expires_at", one_time_links.c.expires_at)
