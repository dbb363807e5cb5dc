"""Silent to lost: nodes that no longer beat, and what they had begun."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from rota.domain.attempt import Ending
from rota.domain.clock import Clock
from rota.domain.execution import Status
from rota.engine.ending import end
from rota.engine.failpoint import reach
from rota.services.presence import SILENCE, may_live
from rota.store import claims, nodes
from rota.store.database import Database
from rota.store.nodes import Node

GAP = 5.0
"""Seconds between two looks after which silence is timed anew: it may have been ours."""

BATCH = 500


@dataclass(frozen=True, slots=True)
class Reaped:
    """What a tick did: nodes declared gone, executions declared lost."""

    nodes: tuple[Node, ...] = ()
    executions: int = 0


class Reaper:
    """Watches the heartbeats of all nodes, by its own monotonic clock since the last change that it saw itself.

    may_live  False for a node whose process is known to be dead
    silence   seconds without a heartbeat after which a node is gone
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        may_live: Callable[[Node], bool] = may_live,
        silence: float = SILENCE,
    ) -> None:
        self.db, self.clock, self.may_live, self.silence = db, clock, may_live, silence
        self._nodes: dict[int, Node] = {}
        self._seen: dict[int, tuple[int, float]] = {}
        self._looked: float | None = None

    @property
    def present(self) -> frozenset[int]:
        """The nodes that are not gone, as of its last tick."""
        return frozenset(self._nodes)

    def tick(self) -> Reaped:
        """Look once. Raises Unavailable when the database is; silence is then timed anew."""
        found = self._find()
        now = self.clock.monotonic()
        if self._looked is None or now - self._looked > GAP:
            self._seen.clear()
        self._looked = now
        gone = [node for node in found if self._is_gone(node, now)]
        self._seen = {node.id: self._seen[node.id] for node in found if node.id in self._seen}
        buried = tuple(node for node in gone if self._bury(node))
        for node in buried:
            del self._nodes[node.id]
        if buried:
            reach("reap.buried")
        orphaned = claims.orphaned(self.db.look)
        return Reaped(buried, sum(self._lose(owner) for owner in orphaned))

    def _find(self) -> list[Node]:
        """Every node that is not gone. What a node is never changes but for its beat: only a new one is read whole."""
        beats = nodes.beats(self.db.look)
        if not beats.keys() <= self._nodes.keys():
            with self.db.read() as conn:
                self._nodes = {node.id: node for node in nodes.live(conn)}
        else:
            self._nodes = {id_: replace(self._nodes[id_], beat=beat) for id_, beat in beats.items()}
        return list(self._nodes.values())

    def _is_gone(self, node: Node, now: float) -> bool:
        if not self.may_live(node):
            return True
        beat, since = self._seen.get(node.id, (None, now))
        if beat != node.beat:
            self._seen[node.id] = (node.beat, now)
            return False
        return now - since > self.silence

    def _bury(self, node: Node) -> bool:
        """Declare a node gone, unless it has beaten meanwhile."""
        with self.db.write() as conn:
            return nodes.bury(conn, node, self.clock.now())

    def _lose(self, owner: int) -> int:
        """What a gone node had begun is lost, a batch a transaction. Returns how many."""
        lost = 0
        while batch := self._lose_some(owner):
            lost += batch
        return lost

    def _lose_some(self, owner: int) -> int:
        with self.db.write() as conn:
            now = self.clock.now()
            reason = f"its node fell silent: {nodes.describe(conn, owner)}"
            orphans = claims.underway(conn, owner)[:BATCH]
            endings = [Ending(one.execution_id, Status.LOST, now, reason=reason) for one in orphans]
            return (
                len(end(self.db, conn, owner, list(zip(orphans, endings, strict=True)), now))
                if orphans
                else 0
            )
