"""A process among the nodes: it registers, beats, hears that it is drained, and says goodbye."""

import threading
from dataclasses import replace

import structlog

from rota.domain.clock import Clock
from rota.domain.errors import Unavailable
from rota.engine.loop import Loop
from rota.store import nodes
from rota.store.database import Database
from rota.store.nodes import Node

BEAT = 5.0
"""Seconds between heartbeats."""

log = structlog.get_logger("rota.node")


class Membership:
    """One process's row among the nodes.

    node      what it registers as; its id is known once it has joined
    draining  it was told to begin nothing more, as of its last beat
    """

    def __init__(self, db: Database, clock: Clock, node: Node) -> None:
        self.db, self.clock, self.node = db, clock, node
        self.draining = False
        self._beat_at = float("-inf")

    def join(self) -> None:
        """Register as a new incarnation. Raises Unavailable when the database is."""
        now = self.clock.now()
        with self.db.write() as conn:
            node_id = nodes.register(conn, replace(self.node, registered_at=now, beat_at=now))
        self.node = replace(self.node, id=node_id)
        self._beat_at = self.clock.monotonic()

    def tick(self) -> float:
        """Beat when that is due; join anew when it was declared gone. Returns the seconds until the next beat."""
        left = self._beat_at + BEAT - self.clock.monotonic()
        if left > 0:
            return left
        with self.db.write() as conn:
            status = nodes.beat(conn, self.node.id, self.clock.now(), info=self.node.info)
        self.draining = status == nodes.DRAINING
        if status is None:
            log.warning("this process had been declared gone; it registers anew", role=self.node.role)
            self.join()
        self._beat_at = self.clock.monotonic()
        return BEAT

    def tell(self, word: str, value: object) -> None:
        """Say something of itself to whoever looks at the nodes, from the next beat on."""
        self.node = replace(self.node, info={**self.node.info, word: value})

    def leave(self) -> None:
        """Say goodbye."""
        try:
            with self.db.write() as conn:
                nodes.leave(conn, self.node.id, self.clock.now())
        except Unavailable as problem:
            # Whoever looks next finds that this process is dead.
            log.warning("ended without a goodbye: the database is away", problem=str(problem))


class Attendance:
    """A process that neither schedules nor runs, but is seen among the nodes as long as it lives."""

    def __init__(self, membership: Membership) -> None:
        self.membership = membership
        self._resting = threading.Event()
        self._loop = Loop("node", membership.tick, self._resting.wait)

    def start(self) -> None:
        """Join, and go on beating. Raises Unavailable when the database is."""
        self.membership.join()
        self._loop.start()

    def stop(self) -> None:
        """Say goodbye."""
        self._loop.stop(self._resting.set)
        self.membership.leave()
