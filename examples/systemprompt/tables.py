"""Its tables, and some rows to begin with."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Column, DateTime, Engine, Integer, MetaData, String, Table

metadata = MetaData()
sessions = Table(
    "sessions", metadata, Column("id", Integer, primary_key=True), Column("last_activity", DateTime)
)
contexts = Table(
    "contexts", metadata, Column("id", Integer, primary_key=True), Column("created_at", DateTime)
)
messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("context_id", Integer),
    Column("text", String),
)
logs = Table(
    "logs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("session_id", Integer),
    Column("text", String),
)
mcp_executions = Table(
    "mcp_executions", metadata, Column("id", Integer, primary_key=True), Column("context_id", Integer)
)
oauth_tokens = Table(
    "oauth_tokens", metadata, Column("id", Integer, primary_key=True), Column("expires_at", DateTime)
)
images = Table(
    "images", metadata, Column("id", Integer, primary_key=True), Column("path", String), Column("bytes", Integer),
    Column("optimized_bytes", Integer),
)  # fmt: skip
content = Table(
    "content",
    metadata,
    Column("slug", String, primary_key=True),
    Column("title", String),
    Column("body", String),
)


def fill(engine: Engine) -> None:
    """Make the tables, and put in what the jobs will find: half of it is to be cleaned up."""
    metadata.create_all(engine)
    now = datetime.now(UTC).replace(tzinfo=None)  # noqa: TID251 (rows to begin with)
    old = now - timedelta(hours=3)
    with engine.begin() as conn:
        conn.execute(sessions.insert(), [{"id": 1, "last_activity": old}, {"id": 2, "last_activity": now}])
        conn.execute(contexts.insert(), [{"id": 1, "created_at": old}, {"id": 2, "created_at": old}])
        conn.execute(messages.insert(), [{"context_id": 1, "text": "hello"}])
        conn.execute(
            logs.insert(), [{"session_id": 2, "text": "kept"}, {"session_id": 99, "text": "orphaned"}]
        )
        conn.execute(mcp_executions.insert(), [{"context_id": 1}, {"context_id": 77}])
        conn.execute(oauth_tokens.insert(), [{"expires_at": old}, {"expires_at": now + timedelta(days=1)}])
        conn.execute(images.insert(), [{"path": "var/images/a.svg"}, {"path": "var/images/gone.svg"}])
    for folder, name, text in (
        ("images", "a.svg", "<svg>\n   <g>\n</g>  </svg>"),
        ("content", "hello.md", "# Hello\n\nWorld"),
        ("feeds", "blacklist.txt", "# networks that may not log in\n192.0.2.0/24\n8.8.8.0/24\n9.9.9.9\n"),
    ):
        (Path("var") / folder).mkdir(parents=True, exist_ok=True)
        (Path("var") / folder / name).write_text(text)
