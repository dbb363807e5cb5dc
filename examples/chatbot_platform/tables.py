"""Its tables, and some rows and files to begin with."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Column, DateTime, Engine, Integer, MetaData, String, Table

metadata = MetaData()
messages = Table(
    "messages", metadata, Column("id", Integer, primary_key=True), Column("user", String), Column("text", String),
    Column("created_at", DateTime),
)  # fmt: skip
usage = Table(
    "usage", metadata, Column("day", String, primary_key=True), Column("name", String, primary_key=True),
    Column("n", Integer),
)  # fmt: skip


def fill(engine: Engine) -> None:
    """Make the tables; two users who chat, an old document and a new one."""
    metadata.create_all(engine)
    now = datetime.now(UTC).replace(tzinfo=None)  # noqa: TID251 (rows to begin with)
    with engine.begin() as conn:
        conn.execute(
            messages.insert(),
            [{"user": user, "text": "hi", "created_at": now} for user in ("ana", "ana", "bo")],
        )
    documents = Path("var/documents")
    documents.mkdir(parents=True, exist_ok=True)
    for name, days in (("old.pdf", 60), ("new.pdf", 1)):
        (documents / name).write_text("a document")
        at = (now - timedelta(days=days)).timestamp()
        os.utime(documents / name, (at, at))
