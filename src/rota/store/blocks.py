"""Networks whose log-ins are refused."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, or_, select

from rota.domain.address import Block, ordered
from rota.store.schema import blocked_addresses

_b = blocked_addresses.c


def replace(
    conn: Connection, source: str, found: Sequence[Block], reason: str, at: datetime, until: datetime | None
) -> None:
    """What a source names is blocked, and nothing else by its word."""
    conn.execute(delete(blocked_addresses).where(_b.source == source))
    taken = {one for one in conn.execute(select(_b.network)).scalars()}
    rows = {
        one.network: {"network": one.network, "first": one.first, "last": one.last, "source": source,
                      "reason": reason, "at": at, "until": until}
        for one in found
        if one.network not in taken
    }  # fmt: skip
    if rows:
        conn.execute(insert(blocked_addresses), list(rows.values()))


def is_blocked(conn: Connection, address: str, at: datetime) -> bool:
    """Whether log-ins from that address are refused now."""
    wanted = ordered(address)
    if wanted is None:
        return False
    holds = or_(_b.until.is_(None), _b.until > at)
    query = select(_b.network).where(_b.first <= wanted, _b.last >= wanted, holds).limit(1)
    return conn.execute(query).first() is not None


def count(conn: Connection) -> int:
    """How many networks are blocked."""
    return int(conn.execute(select(func.count()).select_from(blocked_addresses)).scalar_one())
