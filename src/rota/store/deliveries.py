"""Deliveries: one cause, told once to one channel; several may go in one message."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, select, update

from rota.domain.alert import Cause, Kind
from rota.store import upsert
from rota.store.schema import alert_rules, causes, channels, deliveries

_d, _c = deliveries.c, causes.c

LATEST = 10_000
"""How far back the deliveries of one job are looked for: no index knows them by job."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery as it is listed. message_id: null while it waits to be put into a message"""

    id: int
    kind: str
    job: str | None
    execution_id: int | None
    channel: str
    rule: str | None
    message_id: str | None
    attempts: int
    created_at: datetime
    sent_at: datetime | None


def add(conn: Connection, rows: Iterable[tuple[int, int, int | None]], at: datetime) -> None:
    """Write (cause, channel, rule) to be told; a cause that the channel is told already is left out."""
    given = [
        {"cause_id": cause, "channel_id": channel, "rule_id": rule, "created_at": at}
        for cause, channel, rule in rows
    ]
    if given:
        same = [_d.cause_id, _d.channel_id]
        conn.execute(
            upsert.insert(conn.dialect.name, deliveries).on_conflict_do_nothing(index_elements=same), given
        )


def begun(conn: Connection, channel_id: int) -> str | None:
    """The oldest message to that channel that was put together and has not arrived."""
    waiting = (_d.channel_id == channel_id, _d.sent_at.is_(None), _d.message_id.is_not(None))
    return conn.execute(select(_d.message_id).where(*waiting).order_by(_d.id).limit(1)).scalar()


def next_group(conn: Connection, channel_id: int, at: datetime, most: int) -> list[int]:
    """The deliveries of the next message: of the rule that waits longest, if its throttle lets it, at most so many.

    What no rule asked for goes by itself.
    """
    free = (_d.channel_id == channel_id, _d.sent_at.is_(None), _d.message_id.is_(None))
    rules = select(_d.rule_id, func.min(_d.id)).where(*free).group_by(_d.rule_id).order_by(func.min(_d.id))
    for rule_id, first in conn.execute(rules).all():
        if rule_id is None:
            return [first]
        if _may_send(conn, channel_id, rule_id, at):
            mine = select(_d.id).where(*free, _d.rule_id == rule_id).order_by(_d.id).limit(most)
            return list(conn.execute(mine).scalars())
    return []


def _may_send(conn: Connection, channel_id: int, rule_id: int, at: datetime) -> bool:
    throttle = conn.execute(select(alert_rules.c.throttle).where(alert_rules.c.id == rule_id)).scalar()
    mine = (_d.rule_id == rule_id, _d.channel_id == channel_id, _d.sent_at.is_not(None))
    last = conn.execute(select(_d.sent_at).where(*mine).order_by(_d.id.desc()).limit(1)).scalar()
    return last is None or (at - last).total_seconds() >= (throttle or 0)


def name(conn: Connection, ids: Sequence[int], message_id: str) -> None:
    """They go in that message, however often it is sent."""
    conn.execute(update(deliveries).where(_d.id.in_(ids)).values(message_id=message_id))


def causes_of(conn: Connection, channel_id: int, message_id: str) -> list[Cause]:
    """What a message tells, the oldest first."""
    query = select(_c.kind, _c.key, _c.at, _c.job_id, _c.execution_id, _c.info, _c.id)
    query = query.join(deliveries, _d.cause_id == _c.id)
    mine = (_d.message_id == message_id, _d.channel_id == channel_id)
    return [Cause(Kind(row[0]), *row[1:]) for row in conn.execute(query.where(*mine).order_by(_c.id))]


def tried(conn: Connection, channel_id: int, message_id: str, sent_at: datetime | None) -> None:
    """It was sent once more; and arrived, if that is given."""
    mine = (_d.message_id == message_id, _d.channel_id == channel_id)
    values: dict[str, Any] = {"attempts": _d.attempts + 1}
    conn.execute(update(deliveries).where(*mine).values(values | ({"sent_at": sent_at} if sent_at else {})))


def drop(conn: Connection, *, job_id: int | None = None, rule_id: int | None = None) -> int:
    """Take back what waits and is in no message yet: of a job, of a rule, or all. Returns how many."""
    waiting: list[ColumnElement[bool]] = [_d.sent_at.is_(None), _d.message_id.is_(None)]
    if job_id is not None:
        waiting.append(_d.cause_id.in_(select(_c.id).where(_c.job_id == job_id)))
    if rule_id is not None:
        waiting.append(_d.rule_id == rule_id)
    return conn.execute(delete(deliveries).where(*waiting)).rowcount


def listing(
    conn: Connection, *, before_id: int | None, size: int, job_id: int | None = None
) -> list[Delivery]:
    """The newest, newest first. job_id: those of that job among the LATEST"""
    job = _c.info["job"].as_string()
    query: Select[Any] = (
        select(
            _d.id, _c.kind, job, _c.execution_id, channels.c.name, alert_rules.c.name, _d.message_id,
            _d.attempts, _d.created_at, _d.sent_at,
        )
        .join(causes, _c.id == _d.cause_id)
        .join(channels, channels.c.id == _d.channel_id)
        .outerjoin(alert_rules, alert_rules.c.id == _d.rule_id)
        .order_by(_d.id.desc())
        .limit(size)
    )  # fmt: skip
    if before_id is not None:
        query = query.where(_d.id < before_id)
    if job_id is not None:
        latest = select(func.coalesce(func.max(_d.id), 0) - LATEST).scalar_subquery()
        query = query.where(_c.job_id == job_id, _d.id > latest)
    found = conn.execute(query)
    return [Delivery(*row) for row in found]
