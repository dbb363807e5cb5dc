"""The tasks that can be run, as far as nodes have published them."""

from typing import Any

from rota.domain.clock import Clock
from rota.services.arguments import require_task
from rota.services.presence import Presence
from rota.store import definitions
from rota.store import jobs as table
from rota.store.database import Database

UNSAID = {"timeout": None}
"""What a node of an earlier version does not publish."""


class Catalogue:
    """Reads what nodes know."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.presence = db, Presence(db, clock)

    def tasks(self) -> list[dict[str, Any]]:
        """Every task by name, as its newest publisher describes it, with `nodes`: how many live ones know it."""
        with self.db.read() as conn:
            found = definitions.newest_tasks(conn)
            knowers = self.presence.knowers(conn)
            return [UNSAID | info | {"nodes": knowers[info["name"]]} for info in found]

    def task(self, name: str) -> dict[str, Any]:
        """One task, with `known_by` (live nodes) and `jobs` (names). Raises NotFound."""
        with self.db.read() as conn:
            info = require_task(conn, name)
            known_by = [seen.told for seen in self.presence.knowing(conn, name)]
            return UNSAID | info | {"known_by": known_by, "jobs": table.names_by_task(conn, name)}
