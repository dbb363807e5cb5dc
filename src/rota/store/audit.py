"""Who did what: one row for every change, run and refusal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from rota.domain.actor import Actor
from rota.store.schema import audit

_a = audit.c


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the audit log."""

    id: int
    at: datetime
    actor: str
    face: str
    action: str
    target: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows to list. A field that is None does not restrict.

    action  a whole action ("job.pause") or its noun ("job")
    """

    target: str | None = None
    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    before_id: int | None = None


def listing(conn: Connection, wanted: Filter, size: int) -> list[Entry]:
    """The newest rows that match, newest first."""
    query = select(*(_a[name] for name in Entry.__dataclass_fields__))
    for column, value in ((_a.target, wanted.target), (_a.actor, wanted.actor)):
        query = query if value is None else query.where(column == value)
    if wanted.action is not None:
        same, within = _a.action == wanted.action, _a.action.startswith(f"{wanted.action}.", autoescape=True)
        query = query.where(same | within)
    if wanted.since is not None:
        query = query.where(_a.at >= wanted.since)
    if wanted.before_id is not None:
        query = query.where(_a.id < wanted.before_id)
    return [Entry(*row) for row in conn.execute(query.order_by(_a.id.desc()).limit(size))]


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
    conn.execute(
        insert(audit).values(
            at=at,
            actor=actor.name,
            face=actor.face,
            action=action,
            target=target,
            before=before,
            after=after,
            reason=reason,
        )
    )
