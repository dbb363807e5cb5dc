"""Channels: where they are, how they fare, and who is sending to one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select, update

from rota.domain.alert import Channel, ChannelKind, pause_after
from rota.domain.secret import REFERENCE
from rota.store.looking import Look
from rota.store.schema import channels, deliveries

_c, _d = channels.c, deliveries.c


@dataclass(frozen=True, slots=True)
class Kept:
    """A channel with its address as it is stored."""

    channel: Channel
    url: str
    secret: str | None


def add(
    conn: Connection, name: str, kind: ChannelKind, url: str, secret: str | None, *, by: str, at: datetime
) -> int:
    """Write a new channel. Returns its id."""
    values = {"name": name, "kind": kind.value, "url": url, "secret": secret}
    made = insert(channels).values(**values, created_at=at, created_by=by).returning(_c.id)
    return int(conn.execute(made).scalar_one())


def find(conn: Connection, reference: str | int) -> Kept | None:
    """The channel of that name or id."""
    wanted = _c.id == reference if isinstance(reference, int) else _c.name == reference
    row = conn.execute(_QUERY.where(wanted)).one_or_none()
    return None if row is None else _kept(row)


_WAITING = (
    select(func.count())
    .where(_d.channel_id == _c.id, _d.sent_at.is_(None))
    .correlate(channels)
    .scalar_subquery()
)
_QUERY = select(channels, _WAITING.label("waiting"))


def listing(conn: Connection) -> list[Kept]:
    """All of them by name."""
    return [_kept(row) for row in conn.execute(_QUERY.order_by(_c.name))]


def ids(conn: Connection) -> dict[str, int]:
    """Their ids by name."""
    return {name: id_ for name, id_ in conn.execute(select(_c.name, _c.id))}


def _kept(row: Row[Any]) -> Kept:
    told = {name: getattr(row, name) for name in Channel.model_fields if hasattr(row, name)}
    reference = row.url if row.url.startswith(REFERENCE) else None
    channel = Channel(**told, reference=reference, is_signed=row.secret is not None)
    return Kept(channel, row.url, row.secret)


def change(conn: Connection, channel_id: int, values: Mapping[str, Any]) -> None:
    """Write another kind, address or secret; whatever was wrong before is forgotten."""
    well = {"failures": 0, "next_at": None, "last_error": None}
    conn.execute(update(channels).where(_c.id == channel_id).values(**values, **well))


def remove(conn: Connection, channel_id: int) -> None:
    """Delete one, with its deliveries."""
    conn.execute(delete(channels).where(_c.id == channel_id))


_READY = select(_c.id).where(
    _c.id.in_(select(_d.channel_id).where(_d.sent_at.is_(None)).distinct()),
    or_(_c.claimed_until.is_(None), _c.claimed_until <= bindparam("at")),
    or_(_c.next_at.is_(None), _c.next_at <= bindparam("at")),
)


def waiting(look: Look, at: datetime) -> list[int]:
    """The channels that something waits for, that may be tried, and that nobody sends to."""
    return [channel for (channel,) in look(_READY, at=at)]


def claim(conn: Connection, channel_id: int, at: datetime, until: datetime) -> bool:
    """Be the one who sends to it for a while. Returns whether we are."""
    free = or_(_c.claimed_until.is_(None), _c.claimed_until <= at)
    claimed = update(channels).where(_c.id == channel_id, free).values(claimed_until=until)
    return conn.execute(claimed).rowcount == 1


def release(conn: Connection, channel_id: int) -> None:
    """Somebody else may send to it."""
    conn.execute(update(channels).where(_c.id == channel_id).values(claimed_until=None))


def arrived(conn: Connection, channel_id: int, at: datetime) -> None:
    """It took a message."""
    well = {"failures": 0, "next_at": None, "last_error": None, "last_sent_at": at}
    conn.execute(update(channels).where(_c.id == channel_id).values(**well))


def failed(conn: Connection, channel_id: int, at: datetime, error: str) -> None:
    """It did not; it is tried again after a while."""
    before = conn.execute(select(_c.failures).where(_c.id == channel_id)).scalar() or 0
    values = {"failures": before + 1, "next_at": at + pause_after(before), "last_error": error[:500]}
    conn.execute(update(channels).where(_c.id == channel_id).values(**values))
