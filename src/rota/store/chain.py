"""The seal of the audit log: rows are written plainly, and chained in order afterwards."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    bindparam,
    delete,
    func,
    nulls_last,
    select,
    text,
    update,
)

from rota.domain.actor import Actor
from rota.domain.chain import ARCHIVE, GENESIS, Head, Link, digest
from rota.store import audit as log
from rota.store import settings, transactions
from rota.store.looking import Look
from rota.store.schema import audit, to_micros

_a = audit.c
HEAD = "audit_head"
"""The setting that keeps the last seal, so that a cut end is noticed."""

LOCK = 7_205_110
"""An arbitrary number that names the lock under which PostgreSQL seals."""

CONTENT = tuple(
    _a[name]
    for name in ("id", "at", "actor", "face", "action", "target", "before", "after", "reason", "token", "address",
                 "request_id")
)  # fmt: skip
_LINK = (*CONTENT, _a.seq, _a.previous, _a.hash)
_SEALED = (
    update(audit)
    .where(_a.id == bindparam("row"))
    .values(seq=bindparam("place"), previous=bindparam("follows"), hash=bindparam("sealed"))
)


_ANY_OPEN = select(select(_a.id).where(_a.seq.is_(None)).exists())


def is_open(look: Look) -> bool:
    """Whether there is a row to seal."""
    return bool(look(_ANY_OPEN)[0][0])


def seal(conn: Connection, most: int) -> int:
    """Seal at most so many rows, in the order of their transactions. Returns how many.

    None while another process is at it: it seals them as well as we should.
    """
    if (
        conn.dialect.name == "postgresql"
        and not conn.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": LOCK}).scalar()
    ):
        return 0
    query = select(*CONTENT).where(_a.seq.is_(None), transactions.settled(conn, _a.xid))
    rows = conn.execute(query.order_by(_a.xid, _a.id).limit(most)).all()
    if not rows:
        return 0
    head, seals = _end(conn), []
    for row in rows:
        previous, seq = head.hash, head.seq + 1
        head = Head(seq, digest(_content(row), seq, previous))
        seals.append({"row": row.id, "place": seq, "follows": previous, "sealed": head.hash})
    conn.execute(_SEALED, seals)
    settings.put(conn, HEAD, {"seq": head.seq, "hash": head.hash})
    return len(seals)


def _content(row: Row[Any]) -> dict[str, Any]:
    found = {column.name: getattr(row, column.name) for column in CONTENT}
    return found | {"at": to_micros(found["at"])}


def head(conn: Connection) -> Head:
    """The last seal as it was noted; the beginning when nothing was sealed yet."""
    noted = settings.all_of(conn).get(HEAD)
    return Head(noted["seq"], noted["hash"]) if noted else Head(0, GENESIS)


def _end(conn: Connection) -> Head:
    """What the next row follows on: the last seal, even when somebody took away its row or the note of it."""
    found = conn.execute(
        select(_a.seq, _a.hash).where(_a.seq.is_not(None)).order_by(_a.seq.desc()).limit(1)
    ).first()
    noted = head(conn)
    return Head(found.seq, found.hash) if found and found.seq > noted.seq else noted


def links(conn: Connection) -> Iterator[Link]:
    """Every row, in the order of the places, the unsealed ones last; read by one statement, so that nothing moves."""
    query = select(*_LINK).order_by(nulls_last(_a.seq), _a.id)
    for row in conn.execute(query.execution_options(yield_per=500)):
        yield Link(row.id, _content(row), row.seq, row.previous, row.hash)


def archive(conn: Connection, before: datetime, most: int, by: Actor, at: datetime) -> int:
    """Delete at most so many sealed rows from the beginning on, all older than `before`; leaves a checkpoint.

    Returns how many.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    first = conn.execute(select(func.min(_a.seq))).scalar()
    younger = conn.execute(select(func.min(_a.seq)).where(_a.at >= before)).scalar()
    if first is None:
        return 0
    last = min((younger or head(conn).seq + 1) - 1, first + most - 1)
    end = conn.execute(select(_a.seq, _a.hash).where(_a.seq <= last).order_by(_a.seq.desc()).limit(1)).first()
    if end is None:
        return 0
    rows = conn.execute(select(func.count()).select_from(audit).where(_a.seq <= end.seq)).scalar_one()
    kept = {"through": end.seq, "hash": end.hash, "rows": rows, "before": before.isoformat()}
    log.record(conn, by, ARCHIVE, "audit", at=at, after=kept)
    conn.execute(delete(audit).where(_a.seq <= end.seq))
    return rows
