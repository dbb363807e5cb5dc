"""What ended in each ten minutes, over all jobs: the background of the ribbon, the timeline and the calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Connection, Insert, delete, func, select, tuple_

from rota.domain.execution import Status
from rota.store import upsert
from rota.store.schema import EPOCH, activity, nodes

SPAN = timedelta(minutes=10)
POINTS = 144
"""In how many steps a row that stands for many slots is spread over its time."""
_a = activity.c
_KEY = [_a.at, _a.node_id, _a.status]

Key = tuple[datetime, int, str]
"""(begin of the ten minutes, node, status)"""


def begin(instant: datetime) -> datetime:
    """The begin of the ten minutes that an instant lies in."""
    return instant - (instant - EPOCH) % SPAN


def spread(first: datetime, last: datetime, n: int) -> dict[datetime, int]:
    """`n` slots from the first to the last, evenly over the ten minutes that they lie in, in at most POINTS steps."""
    points = min(n, POINTS)
    step = (last - first) / max(points - 1, 1)
    found: dict[datetime, int] = {}
    for i in range(points):
        at = begin(last - i * step)
        found[at] = found.get(at, 0) + n // points + (i < n % points)
    return found


@dataclass(frozen=True, slots=True)
class Count:
    """How many executions ended so in the ten minutes from `at`; node: None where nodes are added up."""

    at: datetime
    status: Status
    n: int
    node: int | None = None


@cache
def _add(dialect: str) -> Insert:
    statement = upsert.insert(dialect, activity)
    more = {"n": _a.n + statement.excluded["n"]}
    adding: Insert = statement.on_conflict_do_update(index_elements=_KEY, set_=more)
    return adding


def add(conn: Connection, counts: dict[Key, int]) -> None:
    """Add so many executions to each key, in the order of keys."""
    if counts:
        rows = [{"at": at, "node_id": node, "status": status, "n": n}
                for (at, node, status), n in sorted(counts.items())]  # fmt: skip
        conn.execute(_add(conn.dialect.name), rows)


def ended(conn: Connection, since: datetime, until: datetime) -> list[Count]:
    """What ended from `since` until before `until`, all nodes added up, by time."""
    query = select(_a.at, _a.status, func.sum(_a.n)).where(_a.at >= begin(since), _a.at < until)
    rows = conn.execute(query.group_by(_a.at, _a.status).order_by(_a.at, _a.status))
    return [Count(at, Status(status), int(n)) for at, status, n in rows]


def by_node(conn: Connection, since: datetime, until: datetime) -> list[Count]:
    """What ended from `since` until before `until`, on each node, by time."""
    query = select(_a.at, _a.status, _a.n, _a.node_id).where(_a.at >= begin(since), _a.at < until)
    rows = conn.execute(query.order_by(_a.node_id, _a.at, _a.status))
    return [Count(at, Status(status), int(n), node) for at, status, n, node in rows]


def names(conn: Connection, node_ids: Iterable[int]) -> dict[int, str]:
    """How those nodes are called; one that was forgotten is its number."""
    wanted = list(node_ids)
    query = select(nodes.c.id, nodes.c.name).where(nodes.c.id.in_(wanted))
    known = {id_: name for id_, name in conn.execute(query)}
    return {id_: known.get(id_, f"node {id_}") for id_ in wanted}


def totals(conn: Connection, since: datetime) -> dict[str, int]:
    """How many executions ended how, in ten minutes that began at `since` or later."""
    query = select(_a.status, func.sum(_a.n)).where(_a.at >= since).group_by(_a.status)
    return {status: int(n) for status, n in conn.execute(query.order_by(_a.status))}


def purge(conn: Connection, before: datetime, most: int) -> int:
    """Delete at most `most` counts from before an instant. Returns how many."""
    old = select(*_KEY).where(_a.at < before).order_by(_a.at).limit(most)
    return conn.execute(delete(activity).where(tuple_(*_KEY).in_(old))).rowcount
