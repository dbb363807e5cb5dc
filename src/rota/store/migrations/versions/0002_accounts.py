"""Users, sessions, tokens and failed attempts; events; the seal of the audit log, and what keeps it whole."""

import sqlalchemy as sa
from alembic import op

from rota.store.schema.columns import Id, Instant, Json

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEPT = (
    "id",
    "at",
    "actor",
    "face",
    "action",
    "target",
    "before",
    "after",
    "reason",
    "token",
    "address",
    "request_id",
    "xid",
)
"""What no update of an audit row may touch."""

REFUSAL = "the audit log is never changed: rows are only sealed, and archived behind a checkpoint"

SQLITE_TRIGGERS = (
    f"""
    CREATE TRIGGER audit_update BEFORE UPDATE ON audit
    WHEN OLD.seq IS NOT NULL OR NEW.seq IS NULL OR NEW.previous IS NULL OR NEW.hash IS NULL
      OR {" OR ".join(f'OLD."{name}" IS NOT NEW."{name}"' for name in KEPT)}
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,
    f"""
    CREATE TRIGGER audit_delete BEFORE DELETE ON audit
    WHEN OLD.seq IS NULL OR NOT EXISTS (
        SELECT 1 FROM audit
        WHERE action = 'audit.archive' AND json_extract("after", '$.through') >= OLD.seq
    )
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,
)

POSTGRESQL_TRIGGERS = (
    f"""
    CREATE FUNCTION audit_keeps_whole() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.seq IS NULL
            AND NEW.seq IS NOT NULL AND NEW.previous IS NOT NULL AND NEW.hash IS NOT NULL
            AND ({", ".join(f'OLD."{name}"' for name in KEPT)})
                IS NOT DISTINCT FROM ({", ".join(f'NEW."{name}"' for name in KEPT)})
        THEN
            RETURN NEW;
        END IF;
        IF TG_OP = 'DELETE' AND OLD.seq IS NOT NULL AND EXISTS (
            SELECT 1 FROM audit
            WHERE action = 'audit.archive' AND ("after" ->> 'through')::bigint >= OLD.seq
        )
        THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION '{REFUSAL}';
    END
    $$
    """,
    """
    CREATE TRIGGER audit_rows BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_keeps_whole()
    """,
    """
    CREATE TRIGGER audit_whole BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_keeps_whole()
    """,
)


def upgrade() -> None:
    """Make the tables, and give the audit log its seal."""
    _accounts()
    _ways_in()
    _attempts()
    op.create_table(
        "events",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("xid", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_at", "events", ["at"], unique=False)
    op.create_index("ix_events_xid", "events", ["xid", "id"], unique=False)
    _seal()


def _accounts() -> None:
    op.create_table(
        "users",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("password_changed_at", Instant(), nullable=True),
        sa.Column("last_login_at", Instant(), nullable=True),
        sa.Column("disabled_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.CheckConstraint("role IN ('viewer', 'operator', 'admin')", name=op.f("ck_users_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name_key", name=op.f("uq_users_name_key")),
        sqlite_autoincrement=True,
    )


def _ways_in() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_sessions_secret_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sessions_seen_at", "sessions", ["seen_at"], unique=False)
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("scopes", Json, nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("last_used_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_tokens_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tokens_user_id", "tokens", ["user_id"], unique=False)


def _attempts() -> None:
    op.create_table(
        "login_failures",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_login_failures")),
    )
    op.create_index("ix_login_failures_last_at", "login_failures", ["last_at"], unique=False)
    op.create_table(
        "one_time_links",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_links")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_one_time_links_secret_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_one_time_links_expires_at", "one_time_links", ["expires_at"], unique=False)


def _seal() -> None:
    for column in (
        sa.Column("token", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("xid", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("previous", sa.Text(), nullable=True),
        sa.Column("hash", sa.Text(), nullable=True),
    ):
        op.add_column("audit", column)
    op.create_index("uq_audit_seq", "audit", ["seq"], unique=True)
    for name, columns, where in (
        ("ix_audit_unsealed", ["xid", "id"], "seq IS NULL"),
        ("ix_audit_checkpoints", ["id"], "action = 'audit.archive'"),
    ):
        op.create_index(name, "audit", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL_TRIGGERS if is_postgresql else SQLITE_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    """Versions only go forward: restore a backup instead."""
    raise NotImplementedError
