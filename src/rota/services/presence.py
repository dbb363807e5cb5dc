"""Which nodes are there: what the database says of them, measured against how long they have been silent."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from rota.domain.clock import Clock
from rota.domain.job import Job
from rota.executors.identity import is_here, machine
from rota.store import definitions, nodes
from rota.store.database import Database
from rota.store.nodes import Node

SILENCE = 30.0
"""Seconds without a heartbeat after which a node is gone; it is not counted on, even before somebody declares it so."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A node and how it stands now."""

    node: Node
    silent: timedelta
    is_alive: bool

    @property
    def told(self) -> str:
        """Its name and process in words."""
        return f"{self.node.name} (pid {self.node.pid})"


class Presence:
    """Looks at the nodes."""

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

    def knowing(self, conn: Connection, task: str) -> list[Seen]:
        """The nodes that live and know a task, whatever queue they serve."""
        known = set(definitions.live_tasks(conn, task))
        seen = [self._seen(node) for node in nodes.live(conn) if node.id in known and node.role == "agent"]
        return [one for one in seen if one.is_alive]

    def schedulers(self) -> list[Seen]:
        """The nodes that live and schedule."""
        return [seen for seen in self.nodes() if seen.node.role == "scheduler" and seen.is_alive]


def may_live(node: Node) -> bool:
    """Whether the process of a node may live: nobody can tell of one on another machine, or in another container."""
    return node.info.get("machine") != machine() or is_here(node.pid, node.pid_started)
