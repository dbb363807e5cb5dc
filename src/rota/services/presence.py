"""Which nodes are there: what the database says of them, measured against how long they have been silent."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from rota.domain.actor import Actor
from rota.domain.clock import Clock
from rota.domain.errors import unknown
from rota.domain.job import Job
from rota.domain.permission import Action
from rota.executors.identity import is_here, machine
from rota.services.rights import acting
from rota.store import audit, definitions, nodes, submissions
from rota.store.database import Database
from rota.store.nodes import LIVE, Node

SILENCE = 30.0
"""Seconds without a heartbeat after which a node is gone; it is not counted on, even before somebody declares it so."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A node and how it stands now."""

    node: Node
    silent: timedelta
    is_alive: bool

    @property
    def is_celery(self) -> bool:
        """Whether it takes its work from a broker."""
        return self.node.info.get("executor") == submissions.CELERY

    @property
    def told(self) -> str:
        """Its name and process in words."""
        return f"{self.node.name} (pid {self.node.pid})"


class Presence:
    """Looks at the nodes, takes them out of the work and lets them in again."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock = db, clock

    def nodes(self) -> list[Seen]:
        """Every node that has not said goodbye or been declared gone, the oldest first."""
        with self.db.read() as conn:
            return [self._seen(node) for node in nodes.live(conn)]

    def _seen(self, node: Node) -> Seen:
        silent = max(timedelta(), self.clock.now() - node.beat_at)
        return Seen(node, silent, silent.total_seconds() < SILENCE and may_live(node))

    def takers(self, job: Job) -> list[Seen]:
        """The nodes that live, know the job's task and serve its queue."""
        with self.db.read() as conn:
            knowing = self.knowing(conn, job.task_name)
        return [seen for seen in knowing if nodes.serves(seen.node.queues, job.task_queue)]

    def knowing(self, conn: Connection, task: str, status: str = LIVE) -> list[Seen]:
        """The nodes that are alive, stand so and know a task, whatever queue they serve."""
        known = set(definitions.live_tasks(conn, task, status))
        seen = [self._seen(node) for node in nodes.live(conn) if node.id in known and node.role == "agent"]
        return [one for one in seen if one.is_alive]

    def knowers(self, conn: Connection) -> Counter[str]:
        """How many nodes live and know each task."""
        seen = (self._seen(node) for node in nodes.live(conn) if node.role == "agent")
        alive = {one.node.id for one in seen if one.is_alive}
        return Counter(name for name, node in definitions.knowers(conn) if node in alive)

    def schedulers(self) -> list[Seen]:
        """The nodes that live and schedule."""
        return [seen for seen in self.nodes() if seen.node.role == "scheduler" and seen.is_alive]

    def drain(self, reference: str, by: Actor) -> list[Seen]:
        """Give the nodes of that name or id nothing more; what runs there, finishes. Raises NotFound."""
        return self._set(reference, by, draining=True)

    def undrain(self, reference: str, by: Actor) -> list[Seen]:
        """Let them take work again. Raises NotFound."""
        return self._set(reference, by, draining=False)

    def _set(self, reference: str, by: Actor, *, draining: bool) -> list[Seen]:
        verb, now = "drain" if draining else "undrain", self.clock.now()
        with acting(self.db, self.clock, by, Action.NODE_DRAIN, f"node:{reference}") as conn:
            found = nodes.found(conn, reference)
            if not found:
                raise unknown("node", reference, {node.name for node in nodes.live(conn)})
            changed = [nodes.set_draining(conn, node.id, now, draining=draining) for node in found]
            if any(changed):
                told = {"nodes": [node.id for node in found]}
                audit.record(conn, by, f"node.{verb}", f"node:{reference}", at=now, after=told)
            self.db.bell.ring(conn)
        ids = {node.id for node in found}
        return [seen for seen in self.nodes() if seen.node.id in ids]


def may_live(node: Node) -> bool:
    """Whether the process of a node may live: nobody can tell of one on another machine, or in another container."""
    return node.info.get("machine") != machine() or is_here(node.pid, node.pid_started)
