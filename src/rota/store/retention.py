"""What is not needed any more, besides executions: nodes that are long gone, what they knew, empty pages."""

from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from rota.store.nodes import GONE
from rota.store.schema import generations, nodes


def forget_nodes(conn: Connection, ended_before: datetime) -> int:
    """Delete nodes that ended before an instant, and sets of definitions that no node runs and a newer one replaced.

    Returns how many nodes were deleted.
    """
    old = (nodes.c.status == GONE, nodes.c.ended_at < ended_before)
    forgotten = conn.execute(delete(nodes).where(*old)).rowcount
    newest = select(func.max(generations.c.id)).group_by(generations.c.app)
    used = select(nodes.c.generation_id).where(nodes.c.generation_id.is_not(None))
    unused = (generations.c.id.not_in(newest), generations.c.id.not_in(used))
    conn.execute(delete(generations).where(*unused))
    return forgotten


def reclaim(conn: Connection, pages: int) -> bool:
    """Give at most so many empty pages of the file back to the disk. Returns whether there are more.

    PostgreSQL does that by itself.
    """
    if conn.dialect.name != "sqlite":
        return False
    # SQLAlchemy closes a cursor that has no columns; this one frees a page with each step.
    cursor = conn.connection.cursor()
    cursor.execute(f"PRAGMA incremental_vacuum({int(pages)})")
    cursor.fetchall()
    cursor.close()
    return bool(conn.exec_driver_sql("PRAGMA freelist_count").scalar())
