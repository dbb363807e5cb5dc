"""Nodes: who is there, and who has fallen silent."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import (
    Connection,
    Double,
    Row,
    cast,
    extract,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)

from rota.store import events
from rota.store.looking import Look
from rota.store.schema import Instant, nodes

_n = nodes.c

LIVE, DRAINING, GONE = "live", "draining", "gone"


@dataclass(frozen=True, slots=True)
class Node:
    """One process that takes part: its row is its incarnation and is never used by another.

    role         "scheduler", "agent" or "web"
    pid_started  when the process started, as `executors.identity` tells it from a later one of the same pid
    beat         a counter that only it increases
    slots        how many executions it runs at a time
    clock_offset_ms  how far its clock was ahead of the database's at its last beat; None where that has no own clock
    info         what else it tells of itself: "variables", their marks by name; "machine", where its pid counts;
                 "only", the one execution that it is there for (0: none)
    """

    name: str
    role: str
    host: str
    pid: int
    pid_started: float
    version: str
    registered_at: datetime
    beat_at: datetime
    queues: tuple[str, ...] = ()
    slots: int = 0
    app: str | None = None
    generation_id: int | None = None
    status: str = LIVE
    beat: int = 0
    clock_offset_ms: float | None = None
    id: int = 0
    info: dict[str, Any] = field(default_factory=dict)


_FIELDS = [name for name in Node.__dataclass_fields__ if name != "id"]


def serves(queues: Iterable[str], queue: str) -> bool:
    """Whether a node that serves `queues` takes what waits in a queue.

    queues  patterns such as "*"; the first that fits decides, and one that begins with "!" says no
    """
    for pattern in queues:
        if fnmatchcase(queue, pattern.removeprefix("!")):
            return not pattern.startswith("!")
    return False


def register(conn: Connection, node: Node) -> int:
    """Write a new incarnation. Returns its id."""
    values = {name: getattr(node, name) for name in _FIELDS} | {"queues": list(node.queues)}
    node_id: int = conn.execute(insert(nodes).values(values).returning(_n.id)).scalar_one()
    events.note_node(conn, node_id, node.registered_at)
    return node_id


def beat(conn: Connection, node_id: int, at: datetime, **changes: Any) -> str | None:
    """Count one heartbeat. Returns how the node stands; None when it has been declared gone."""
    mine = (_n.id == node_id, _n.status != GONE)
    values = {"beat": _n.beat + 1, "beat_at": at, **changes}
    if conn.dialect.name == "postgresql":
        ahead = literal(at, Instant()) - func.clock_timestamp()
        values["clock_offset_ms"] = cast(extract("epoch", ahead) * 1000, Double)
    status: str | None = conn.execute(update(nodes).where(*mine).values(values).returning(_n.status)).scalar()
    return status


_BEATS = select(_n.id, _n.beat).where(_n.status != literal_column(f"'{GONE}'"))


def beats(look: Look) -> dict[int, int]:
    """The heartbeats that every node has counted that is not gone."""
    return dict(look(_BEATS))


def live(conn: Connection) -> list[Node]:
    """Every node that is not gone, the oldest first."""
    rows = conn.execute(select(nodes).where(_n.status != GONE).order_by(_n.id))
    return [_node(row) for row in rows]


def status(conn: Connection, node_id: int) -> str | None:
    """How a node stands: live, draining or gone."""
    return conn.execute(select(_n.status).where(_n.id == node_id)).scalar()


def found(conn: Connection, reference: str) -> list[Node]:
    """The nodes, of those that are not gone, of that name or id."""
    return [node for node in live(conn) if reference in (node.name, str(node.id))]


def set_draining(conn: Connection, node_id: int, at: datetime, *, draining: bool) -> bool:
    """Let a node take nothing more, or let it again. Returns whether it was otherwise before."""
    before, after = (LIVE, DRAINING) if draining else (DRAINING, LIVE)
    moved = update(nodes).where(_n.id == node_id, _n.status == before).values(status=after)
    changed = bool(conn.execute(moved).rowcount)
    if changed:
        events.note_node(conn, node_id, at)
    return changed


def bury(conn: Connection, node: Node, at: datetime) -> bool:
    """Declare a node gone, unless it has beaten since it was read. Returns whether this call did it."""
    silent = (_n.id == node.id, _n.status != GONE, _n.beat == node.beat)
    buried = bool(conn.execute(update(nodes).where(*silent).values(status=GONE, ended_at=at)).rowcount)
    if buried:
        events.note_node(conn, node.id, at)
    return buried


def leave(conn: Connection, node_id: int, at: datetime) -> None:
    """A node says goodbye."""
    conn.execute(update(nodes).where(_n.id == node_id).values(status=GONE, ended_at=at))
    events.note_node(conn, node_id, at)


def _node(row: Row[Any]) -> Node:
    columns = row._asdict()
    values = {name: columns[name] for name in _FIELDS}
    return Node(**values | {"queues": tuple(columns["queues"])}, id=columns["id"])


def describe(conn: Connection, node_id: int) -> str:
    """The words for a node: its name, process and when it last beat."""
    row = conn.execute(select(_n.name, _n.pid, _n.beat_at).where(_n.id == node_id)).one_or_none()
    if row is None:
        return f"node {node_id}"
    return f"{row.name} (pid {row.pid}), last heard {row.beat_at:%Y-%m-%d %H:%M:%S} UTC"
