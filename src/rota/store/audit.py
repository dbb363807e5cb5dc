"""Who did what: one row for every change, run and refusal."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from rota.domain.actor import Actor
from rota.store.schema import audit


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
