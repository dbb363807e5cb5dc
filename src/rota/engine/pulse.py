"""The sign of life: somebody outside is told every minute that the schedule is kept, and notices when it is not."""

from collections.abc import Sequence

import structlog

from rota.channels.web import request
from rota.domain.clock import Clock
from rota.domain.errors import RotaError
from rota.store import state
from rota.store.database import Database

EVERY = 60.0
LATE = 60.0
"""Seconds that a job may be due without having been planned before we say nothing any more."""

log = structlog.get_logger("rota.pulse")


class Pulse:
    """Calls an address while nothing is planned late.

    url    the address; None: nobody is told
    hosts  hosts that may be called although they are inside
    """

    def __init__(self, db: Database, clock: Clock, url: str | None, hosts: Sequence[str]) -> None:
        self.db, self.clock, self.url, self.hosts = db, clock, url, hosts

    def tick(self) -> bool:
        """Call it once. Returns whether it was told; silence is what the other side raises the alarm for."""
        if self.url is None:
            return False
        with self.db.read() as conn:
            due = state.next_due(conn)
        if due is not None and (self.clock.now() - due).total_seconds() > LATE:
            return False
        try:
            return request("GET", self.url, hosts=self.hosts, timeout=10, most=100_000).is_good
        except RotaError as problem:
            log.warning("the sign of life did not arrive", problem=str(problem))
            return False
