"""Requests with a key of their sender's own: the same again answers as before."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from rota.store import upsert
from rota.store.schema import requests

_q = requests.c

KEPT = timedelta(days=1)
"""How long a key is remembered."""


@dataclass(frozen=True, slots=True)
class Before:
    """What a key stood for when it came first. execution_id: None while that request is being served."""

    fingerprint: str
    execution_id: int | None


def begin(conn: Connection, asker: str, key: str, fingerprint: str, at: datetime) -> Before | None:
    """Note a request; or what its key stood for before. Waits for another transaction that notes the same key."""
    conn.execute(delete(requests).where(_q.at < at - KEPT))
    row = {"asker": asker, "key": key, "fingerprint": fingerprint, "at": at}
    written = (
        upsert.insert(conn.dialect.name, requests).values(row).on_conflict_do_nothing().returning(_q.key)
    )
    if conn.execute(written).scalar() is not None:
        return None
    found = conn.execute(
        select(_q.fingerprint, _q.execution_id).where(_q.asker == asker, _q.key == key)
    ).one()
    return Before(*found)


def finish(conn: Connection, asker: str, key: str, execution_id: int) -> None:
    """Note what came of it."""
    mine = (_q.asker == asker, _q.key == key)
    conn.execute(update(requests).where(*mine).values(execution_id=execution_id))
