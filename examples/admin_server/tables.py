"""Its tables, and some rows to begin with."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Boolean, Column, DateTime, Engine, Integer, MetaData, String, Table

metadata = MetaData()
sessions = Table(
    "sessions", metadata, Column("id", Integer, primary_key=True), Column("last_activity", DateTime)
)
licences = Table(
    "licences", metadata, Column("id", Integer, primary_key=True), Column("name", String), Column("status", String),
    Column("auto_renew", Boolean), Column("expires_at", DateTime),
)  # fmt: skip


def fill(engine: Engine) -> None:
    """Make the tables; an old session, and licences that are over, expire soon and renew themselves."""
    metadata.create_all(engine)
    now = datetime.now(UTC).replace(tzinfo=None)  # noqa: TID251 (rows to begin with)
    with engine.begin() as conn:
        conn.execute(sessions.insert(), [{"last_activity": now}, {"last_activity": now - timedelta(hours=9)}])
        conn.execute(licences.insert(), [
            {"name": "over", "status": "active", "auto_renew": False, "expires_at": now - timedelta(days=1)},
            {"name": "soon", "status": "active", "auto_renew": False, "expires_at": now + timedelta(days=3)},
            {"name": "renews", "status": "active", "auto_renew": True, "expires_at": now - timedelta(days=1)},
        ])  # fmt: skip
