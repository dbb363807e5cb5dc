"""PostgreSQL behind a pooler such as PgBouncer, which hands each transaction to another session of the server.

There nothing may outlive a transaction: no prepared statement, no setting, no LISTEN. rota's locks end with their
transactions anyway.
"""

from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import Dialect

POOLED = "rota_pooled"
"""In the information of a connection: whether a pooler stands between it and the server."""


def allow(engine: Engine) -> Engine:
    """Let an engine work behind a pooler too; returns it."""
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "connect", _look)
    return engine


def is_pooled(connection: Any) -> bool:
    """Whether a pooler stands between this connection of psycopg and the server: it makes up a process of its own."""
    with connection.cursor() as cursor:
        process = cursor.execute("SELECT pg_backend_pid()").fetchone()[0]
    connection.rollback()
    return bool(process != connection.info.backend_pid)


def _connect(dialect: Dialect, record: Any, words: Any, given: dict[str, Any]) -> Any:
    """A pooler refuses settings of a session, for it has none to give."""
    try:
        return dialect.connect(*words, **given)
    except Exception as problem:
        if "options" not in given or "startup parameter" not in str(problem):
            raise
    return dialect.connect(*words, **{name: value for name, value in given.items() if name != "options"})


def _look(connection: Any, record: Any) -> None:
    record.info[POOLED] = is_pooled(connection)
    if record.info[POOLED]:
        connection.prepare_threshold = None
