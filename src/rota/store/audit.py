"""Who did what: one row for every change, run and refusal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, insert, select

from rota.domain.actor import Actor
from rota.store import transactions
from rota.store.schema import audit

_a = audit.c


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the audit log.

    token      the token that it was asked with
    seq, hash  its seal, None until it is sealed
    """

    id: int
    at: datetime
    actor: str
    face: str
    action: str
    target: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str | None
    token: int | None
    address: str | None
    request_id: str | None
    seq: int | None
    hash: str | None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows to list. A field that is None does not restrict.

    action  a whole action ("job.pause") or its noun ("job")
    until   only rows before that instant
    """

    target: str | None = None
    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    before_id: int | None = None
    until: datetime | None = None
    face: str | None = None
    request_id: str | None = None


def listing(conn: Connection, wanted: Filter, size: int) -> list[Entry]:
    """The newest rows that match, newest first."""
    query = _select().where(*_conditions(wanted)).order_by(_a.id.desc()).limit(size)
    return [Entry(*row) for row in conn.execute(query)]


def after(conn: Connection, wanted: Filter, row_id: int, size: int) -> list[Entry]:
    """The rows that match with a higher id, oldest first."""
    query = _select().where(_a.id > row_id, *_conditions(wanted)).order_by(_a.id).limit(size)
    return [Entry(*row) for row in conn.execute(query)]


def _select() -> Any:
    return select(*(_a[name] for name in Entry.__dataclass_fields__))


def _conditions(wanted: Filter) -> Iterator[ColumnElement[bool]]:
    same = (
        (_a.target, wanted.target),
        (_a.actor, wanted.actor),
        (_a.face, wanted.face),
        (_a.request_id, wanted.request_id),
    )
    for column, value in same:
        if value is not None:
            yield column == value
    if wanted.action is not None:
        within = _a.action.startswith(f"{wanted.action}.", autoescape=True)
        yield (_a.action == wanted.action) | within
    if wanted.since is not None:
        yield _a.at >= wanted.since
    if wanted.until is not None:
        yield _a.at < wanted.until
    if wanted.before_id is not None:
        yield _a.id < wanted.before_id


def record(
    conn: Connection,
    actor: Actor,
    action: str,
    target: str,
    *,
    at: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Write one row, in the transaction of the change itself.

    action  noun and verb, as in "job.pause"
    target  what it was done to, as in "job:nightly_backup"
    """
    row = {
        "at": at, "actor": actor.name, "face": actor.face, "action": action, "target": target, "before": before,
        "after": after, "reason": reason, "token": actor.token_id, "address": actor.address,
        "request_id": actor.request_id,
    }  # fmt: skip
    conn.execute(_insert(conn.dialect.name), row)


@cache
def _insert(dialect: str) -> Insert:
    return insert(audit).values(xid=transactions.current(dialect))
