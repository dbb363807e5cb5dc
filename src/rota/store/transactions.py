"""Which transaction wrote a row, and which of them are over: what readers need who must miss nothing.

On PostgreSQL a row of a lower id may become visible after one of a higher id, because its transaction took longer.
Who follows a table by a cursor reads only rows of transactions below the oldest one that is still open, in the order of
(xid, id). SQLite has one writer: there the order of ids is that of the commits, and xid is 0 throughout.
"""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Text, cast, func, literal, or_, true


def current(dialect: str) -> ColumnElement[int]:
    """The number of this transaction, to be written into the column xid."""
    if dialect == "postgresql":
        return _number(func.pg_current_xact_id())
    return literal(0)


def settled(conn: Connection, xid: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether the row's transaction is below every open one.

    A number that this server has not given yet is of another server, from whose backup the row came.
    """
    if conn.dialect.name != "postgresql":
        return true()
    snapshot = func.pg_current_snapshot()
    return or_(
        xid < _number(func.pg_snapshot_xmin(snapshot)), xid >= _number(func.pg_snapshot_xmax(snapshot))
    )


def _number(xid: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(cast(xid, Text), BigInteger)
