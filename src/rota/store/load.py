"""How many jobs are due when, as far as their next fires tell."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, Connection, func, literal, select, type_coerce

from rota.store.activity import SPAN
from rota.store.schema import EPOCH, Instant, job_state

_next = job_state.c.next_run
MOST = 10_000
"""Starts among which the most crowded instant is looked for."""


def due_by_span(conn: Connection, since: datetime, until: datetime) -> dict[datetime, int]:
    """How many jobs are due next in each ten minutes after `since` and not after `until`."""
    begin = _begin(conn)
    query = select(begin, func.count()).where(_next > since, _next <= until).group_by(begin)
    return {at: n for at, n in conn.execute(query.order_by(begin))}


def _begin(conn: Connection) -> ColumnElement[datetime]:
    """The begin of the ten minutes of next_run."""
    if conn.dialect.name == "postgresql":
        return type_coerce(func.date_bin(SPAN, _next, literal(EPOCH, Instant())), Instant())
    micros = type_coerce(_next, BigInteger())
    span = int(SPAN.total_seconds()) * 1_000_000
    return type_coerce(micros - micros % span, Instant())


def due_at(conn: Connection, instants: Sequence[datetime]) -> dict[datetime, int]:
    """How many jobs are due next at each of those instants; one at which none is, is not there."""
    query = select(_next, func.count()).where(_next.in_(instants)).group_by(_next)
    return {at: n for at, n in conn.execute(query)}


def crowd(conn: Connection, since: datetime, until: datetime) -> tuple[datetime, int] | None:
    """The instant after `since` and not after `until` at which the most jobs are due next, and how many.

    Only the next MOST starts are looked at.
    """
    soon = select(_next).where(_next > since, _next <= until).order_by(_next).limit(MOST).subquery()
    many = func.count()
    query = select(soon.c.next_run, many).group_by(soon.c.next_run)
    row = conn.execute(query.order_by(many.desc(), soon.c.next_run).limit(1)).one_or_none()
    return None if row is None else (row[0], row[1])
