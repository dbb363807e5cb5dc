"""What changed, for those who watch: noted while a transaction works, written with it, read in one order by all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, delete, insert, select, tuple_

from rota.store import transactions
from rota.store.schema import events

_v = events.c

KEPT = timedelta(hours=1)
"""How far back a watcher may resume."""

SLACK = timedelta(minutes=5)
"""Rows are kept longer than they are promised: the clocks of two machines differ."""

NOTES = "rota_notes"
"""Where a connection keeps what its transaction has changed so far."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the order of events: whoever has it has seen all before. `at` is when it was the newest one.

    Transactions end in another order than they take their ids, so the order is by both (see `transactions`).
    """

    xid: int
    id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One batch of changes of one kind.

    kind  "execution", "job" or "node"
    data  {"executions": {status: [ids]}, "jobs": [ids]}, {"jobs": [ids]} or {"nodes": [ids]}
    """

    position: Position
    kind: str
    data: dict[str, Any]


@dataclass(slots=True)
class _Notes:
    at: datetime
    executions: dict[str, list[int]] = field(default_factory=dict)
    ran: set[int] = field(default_factory=set)
    jobs: set[int] = field(default_factory=set)
    nodes: set[int] = field(default_factory=set)


def note_executions(conn: Connection, moved: Iterable[tuple[int, int, str]], at: datetime) -> None:
    """Executions stand otherwise or are new: (execution, job, status)."""
    notes = _notes(conn, at)
    for execution_id, job_id, status in moved:
        notes.executions.setdefault(status, []).append(execution_id)
        notes.ran.add(job_id)


def note_job(conn: Connection, job_id: int, at: datetime) -> None:
    """A job was made, changed, paused, deleted."""
    _notes(conn, at).jobs.add(job_id)


def note_node(conn: Connection, node_id: int, at: datetime) -> None:
    """A node came, changed or went."""
    _notes(conn, at).nodes.add(node_id)


def _notes(conn: Connection, at: datetime) -> _Notes:
    notes: _Notes = conn.info.setdefault(NOTES, _Notes(at))
    return notes


def forget_notes(conn: Connection) -> None:
    """Begin anew: what a transaction noted that was undone has not happened."""
    conn.info.pop(NOTES, None)


def write_notes(conn: Connection) -> None:
    """Write what was noted, a row for each kind. Called at the end of every transaction that may write."""
    notes: _Notes | None = conn.info.pop(NOTES, None)
    if notes is None:
        return
    told: list[tuple[str, dict[str, Any]]] = []
    if notes.executions:
        told.append(("execution", {"executions": notes.executions, "jobs": sorted(notes.ran)}))
    if notes.jobs:
        told.append(("job", {"jobs": sorted(notes.jobs)}))
    if notes.nodes:
        told.append(("node", {"nodes": sorted(notes.nodes)}))
    for kind, payload in told:
        conn.execute(_insert(conn.dialect.name), {"at": notes.at, "kind": kind, "payload": payload})


@cache
def _insert(dialect: str) -> Insert:
    return insert(events).values(xid=transactions.current(dialect))


def after(conn: Connection, position: Position, most: int) -> list[Event]:
    """At most `most` events after a position, in order; none that an open transaction may still come before."""
    later = tuple_(_v.xid, _v.id) > tuple_(position.xid, position.id)
    query = select(_v.xid, _v.id, _v.at, _v.kind, _v.payload).where(later, transactions.settled(conn, _v.xid))
    return [_event(row) for row in conn.execute(query.order_by(_v.xid, _v.id).limit(most))]


def newest(conn: Connection, at: datetime) -> Position:
    """Where somebody stands who has seen everything until now. at: now"""
    query = select(_v.xid, _v.id).where(transactions.settled(conn, _v.xid))
    row = conn.execute(query.order_by(_v.xid.desc(), _v.id.desc()).limit(1)).one_or_none()
    return Position(row.xid, row.id, at) if row else Position(0, 0, at)


def forget(conn: Connection, now: datetime) -> int:
    """Delete what nobody may resume from any more. Returns how many rows."""
    return conn.execute(delete(events).where(_v.at < now - KEPT - SLACK)).rowcount


def _event(row: Any) -> Event:
    return Event(Position(row.xid, row.id, row.at), row.kind, row.payload)


def kinds() -> Sequence[str]:
    """Every kind of event."""
    return ("execution", "job", "node")
