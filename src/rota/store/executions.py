"""Executions: the only statements that insert one or write its status."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Update, bindparam, case, func, insert, select, update
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate

from rota.domain.admission import Active
from rota.domain.execution import ACTIVE, Status, Trigger, require_move
from rota.store import events
from rota.store.rows import (
    FLAG,
    IDS,
    INSTANT,
    INTEGER,
    JSON,
    REAL,
    TEXT,
    Columns,
    among,
    gather,
    one_of,
    pack,
    pack_columns,
    recordset,
)
from rota.store.schema import executions

_e = executions.c


class New(NamedTuple):
    """An execution to be written. `rank` orders the queue: the highest first, then the oldest."""

    job_id: int
    version: int
    status: Status
    trigger: Trigger
    triggered_by: str
    queue: str
    rank: int
    exclusive: bool
    queued_at: datetime
    scheduled_for: datetime | None = None
    slot_first: datetime | None = None
    slot_count: int = 1
    reason: str | None = None
    warning: str | None = None
    hold: str | None = None
    not_before: datetime | None = None
    task_kwargs: Mapping[str, Any] | None = None
    first_id: int | None = None
    attempt: int = 1
    solitary: bool = False
    ended_at: datetime | None = None


_NEW: Columns = (  # in the order of New
    ("job_id", INTEGER),
    ("version", INTEGER),
    ("status", TEXT),
    ("trigger", TEXT),
    ("triggered_by", TEXT),
    ("queue", TEXT),
    ("rank", INTEGER),
    ("exclusive", FLAG),
    ("queued_at", INSTANT),
    ("scheduled_for", INSTANT),
    ("slot_first", INSTANT),
    ("slot_count", INTEGER),
    ("reason", TEXT),
    ("warning", TEXT),
    ("hold", TEXT),
    ("not_before", INSTANT),
    ("task_kwargs", JSON),
    ("first_id", INTEGER),
    ("attempt", INTEGER),
    ("solitary", FLAG),
    ("ended_at", INSTANT),
)
_USUAL = {"slot_count": 1, "attempt": 1, "solitary": False}
"""What a column holds when nothing is given for it; None for those not named here."""


@cache
def _insert(dialect: str, differing: Columns, alike: Columns) -> ReturningInsert[Any]:
    batch = recordset(dialect, differing, alike)
    names = [name for name, _ in differing + alike]
    source = select(*(batch.c[name] for name in names))
    return insert(executions).from_select(names, source).returning(_e.id)


def add(conn: Connection, news: Sequence[New]) -> list[int]:
    """Write new executions. Returns their ids, in the order given."""
    if not news:
        return []
    by_name = dict(zip(New._fields, zip(*news, strict=True), strict=True))
    columns = tuple(column for column in _NEW if _is_used(column[0], by_name[column[0]]))
    found = gather(conn, columns, [by_name[name] for name, _ in columns])
    statement = _insert(conn.dialect.name, found.differing, found.alike)
    ids = sorted(conn.execute(statement, found.given).scalars().all())
    told = [(id_, one.job_id, one.status) for id_, one in zip(ids, news, strict=True)]
    events.note_executions(conn, told, news[0].queued_at)
    return ids


def _is_used(name: str, values: Sequence[Any]) -> bool:
    return name == "attempt" or values.count(_USUAL.get(name)) < len(values)


class Move(NamedTuple):
    """One change of status: from what was read to what is to be, with the values of the other columns that change."""

    execution_id: int
    before: Status
    after: Status
    owner: int | None = None
    changes: tuple[Any, ...] = ()


_CHANGES = {
    "owner": INTEGER,
    "version": INTEGER,
    "submitted_at": INSTANT,
    "sends": INTEGER,
    "started_at": INSTANT,
    "ended_at": INSTANT,
    "duration_ms": INTEGER,
    "reason": TEXT,
    "warning": TEXT,
    "exit_code": INTEGER,
    "error_type": TEXT,
    "error_message": TEXT,
    "stack_trace": TEXT,
    "message": TEXT,
    "result": JSON,
    "items_processed": INTEGER,
    "items_failed": INTEGER,
    "metrics": JSON,
    "peak_memory_mb": REAL,
    "cpu_seconds": REAL,
    "output_bytes": INTEGER,
    "output_dropped": INTEGER,
    "progress_done": REAL,
    "progress_total": REAL,
    "progress_message": TEXT,
}
_INSTANTS = ("ended_at", "started_at", "submitted_at")
"""When a move happened: the first of these that it writes."""


def move(conn: Connection, names: Sequence[str], moves: Sequence[Move]) -> set[int]:
    """Write each change whose row still stands, and is still owned, as it was read. Returns those that moved.

    names  the columns that the changes of every move are for, in that order; None leaves its column as it is
    This is the only statement that writes a status.
    """
    if not moves:
        return set()
    ids, before, after, owners, changes = zip(*moves, strict=True)
    for pair in set(zip(before, after, strict=True)):
        require_move(*pair)
    by_column = zip(names, zip(*changes, strict=True), strict=True)
    used = {name: values for name, values in by_column if values.count(None) < len(values)}
    changed = tuple((name, _CHANGES[name]) for name in used)
    rows = (ids, before, owners, after, *used.values())
    given = pack_columns(conn, _FIXED + _renamed(changed), rows)
    if conn.dialect.name == "postgresql":
        given |= {"least": min(ids), "most": max(ids)}
    moved = conn.execute(_update(conn.dialect.name, changed), given).all()
    becomes = dict(zip(ids, after, strict=True))
    at = next(used[name] for name in _INSTANTS if name in used)[0]
    events.note_executions(conn, ((id_, job_id, becomes[id_]) for id_, job_id in moved), at)
    return {id_ for id_, _ in moved}


_FIXED: Columns = (("moved", INTEGER), ("was", TEXT), ("owned_by", INTEGER), ("becomes", TEXT))
"""With each row comes what guards it: one guard for all would tempt PostgreSQL to begin there."""


def _renamed(changed: Columns) -> Columns:
    """The columns of a batch must not be called as those of the table are."""
    return tuple((f"new_{name}", kind) for name, kind in changed)


@cache
def _update(dialect: str, changed: Columns) -> ReturningUpdate[Any]:
    batch = recordset(dialect, _FIXED + _renamed(changed))
    values: dict[str, Any] = {name: func.coalesce(batch.c[f"new_{name}"], _e[name]) for name, _ in changed}
    if "ended_at" in values:
        # Whoever ends it may live by another clock than whoever began it.
        begun, ended = values.get("started_at", _e.started_at), values["ended_at"]
        values["ended_at"] = case((ended < begun, begun), else_=ended)
    moves = update(executions).values({"status": batch.c.becomes, **values})
    if dialect == "postgresql":
        # Or a plan that is made while the table is small, and kept, joins all of it with the batch.
        moves = moves.where(_e.id.between(bindparam("least"), bindparam("most")))
    moves = moves.where(_e.id == batch.c.moved, _e.status == batch.c.was)
    return moves.where(_e.owner.is_not_distinct_from(batch.c.owned_by)).returning(_e.id, _e.job_id)


def active(conn: Connection, job_ids: Iterable[int]) -> dict[int, list[Active]]:
    """The active executions of those jobs, the begun ones first, then by age."""
    found: dict[int, list[Active]] = {}
    for job_id, execution_id, status in conn.execute(_active(conn.dialect.name), {IDS: list(job_ids)}).all():
        found.setdefault(job_id, []).append(Active(execution_id, Status(status)))
    return found


@cache
def _active(dialect: str) -> Select[Any]:
    return (
        select(_e.job_id, _e.id, _e.status)
        .where(among(dialect, _e.job_id), one_of(_e.status, *ACTIVE))
        .order_by(_e.job_id, _e.status == Status.QUEUED, _e.id)
    )


def report(conn: Connection, rows: Sequence[Sequence[Any]]) -> None:
    """Write what running executions told: (id, owner, done, total, message, last beat); None leaves as it is."""
    if not rows:
        return
    conn.execute(_report(conn.dialect.name), pack(conn, _TOLD, rows))


_TOLD: Columns = (
    ("id", INTEGER),
    ("owned_by", INTEGER),
    ("done", REAL),
    ("total", REAL),
    ("message", TEXT),
    ("beat", INSTANT),
)


@cache
def _report(dialect: str) -> Update:
    told = recordset(dialect, _TOLD)
    values = {
        _e.progress_done: func.coalesce(told.c.done, _e.progress_done),
        _e.progress_total: func.coalesce(told.c.total, _e.progress_total),
        _e.progress_message: func.coalesce(told.c.message, _e.progress_message),
        _e.last_beat: func.coalesce(told.c.beat, _e.last_beat),
    }
    mine = (_e.id == told.c.id, _e.owner == told.c.owned_by, one_of(_e.status, Status.RUNNING))
    return update(executions).values(values).where(*mine)
