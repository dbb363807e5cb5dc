"""Secrets that work once: kept as hashes, with what they stand for."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from rota.store.schema import one_time_links

_l = one_time_links.c


def add(
    conn: Connection, kind: str, secret_hash: str, payload: dict[str, Any], at: datetime, expires_at: datetime
) -> None:
    """Keep one, and forget all that have expired."""
    conn.execute(delete(one_time_links).where(_l.expires_at <= at))
    values = {"kind": kind, "secret_hash": secret_hash, "payload": payload}
    conn.execute(insert(one_time_links).values(**values, created_at=at, expires_at=expires_at))


def is_valid(conn: Connection, kind: str, secret_hash: str, at: datetime) -> bool:
    """Whether it could be used now."""
    fresh = (_l.kind == kind, _l.secret_hash == secret_hash, _l.expires_at > at)
    return conn.execute(select(_l.id).where(*fresh)).first() is not None


def lock(conn: Connection, kind: str) -> None:
    """Let nobody else use one of that kind until this transaction is over."""
    conn.execute(select(_l.id).where(_l.kind == kind).order_by(_l.id).with_for_update())


def use(conn: Connection, kind: str, secret_hash: str, at: datetime) -> dict[str, Any] | None:
    """What it stands for, None when there is no such one (any more). It is gone then."""
    fresh = (_l.kind == kind, _l.secret_hash == secret_hash, _l.expires_at > at)
    found: dict[str, Any] | None = conn.execute(
        delete(one_time_links).where(*fresh).returning(_l.payload)
    ).scalar()
    return found


def forget(conn: Connection, kind: str) -> None:
    """None of that kind works any more."""
    conn.execute(delete(one_time_links).where(_l.kind == kind))
