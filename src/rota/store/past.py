"""A history that is written at once, with the ids that it is to have: for a database that is made to look at."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update

from rota.store.nodes import GONE
from rota.store.schema import executions, nodes


def write(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write executions as they are given; all have the same columns, their ids too."""
    conn.execute(insert(executions), list(rows))
    if conn.dialect.name == "postgresql":
        conn.execute(
            text("SELECT setval(pg_get_serial_sequence('executions', 'id'), max(id)) FROM executions")
        )


def newest(conn: Connection) -> int:
    """The highest id that was given; 0 when there is no execution."""
    return conn.execute(select(func.max(executions.c.id))).scalar() or 0


def retire(conn: Connection, node_ids: Sequence[int], at: datetime) -> None:
    """Nodes that have long said goodbye."""
    changed = update(nodes).where(nodes.c.id.in_(node_ids))
    conn.execute(changed.values(status=GONE, ended_at=at, beat_at=at))
