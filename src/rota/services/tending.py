"""What ready-made tasks may ask of rota itself. They run without its database; their agent asks for them."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from rota.domain.clock import Clock
from rota.domain.errors import Invalid
from rota.domain.execution import ACTIVE
from rota.services.configuration import Configuration
from rota.services.errands import Errands
from rota.services.surveying import Surveying
from rota.store import activity, history, nodes, retention, rollups, state, submissions, survey
from rota.store.database import Database

STEP = 500
"""Rows that one call looks at, so that no transaction is long."""

COUNTED = timedelta(days=400)
"""How long the counts of each hour are kept: a year, and what it takes to compare it with the one before."""


class Tending:
    """The verbs, by the names that `context.rota` calls them.

    environ  where settings may be set in spite of the database
    """

    def __init__(self, db: Database, clock: Clock, environ: Mapping[str, str] | None = None) -> None:
        self.db, self.clock, self.environ = db, clock, environ or {}
        self.errands, self.surveying = Errands(db, clock, self.environ), Surveying(db, clock, self.environ)

    def call(self, method: str, args: dict[str, Any]) -> Any:
        """Do what a ready-made task asked. Raises Invalid for a verb that there is not."""
        verbs: dict[str, Callable[..., Any]] = {
            "purge_executions": self.purge_executions,
            "purge_counts": self.purge_counts,
            "forget_nodes": self.forget_nodes,
            "reclaim": self.reclaim,
            "health": self.health,
            **self.errands.verbs(),
            **self.surveying.verbs(),
        }
        if method not in verbs:
            raise Invalid(f'rota has no verb "{method}" for tasks', fix=f"use one of {', '.join(verbs)}")
        return verbs[method](**args)

    def purge_executions(
        self,
        *,
        after_id: int,
        keep_days: float | None = None,
        keep_failed_days: float | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Delete old executions and their output among the next few after `after_id`.

        keep_days, keep_failed_days  None: as the settings of retention say
        Returns {"deleted": how many, "last_id": the last one looked at, null when there is no further one}.
        """
        now = self.clock.now()
        held = Configuration(self.db, self.clock, self.environ).held()
        days = keep_days if keep_days is not None else held.retention_days
        failed_days = keep_failed_days if keep_failed_days is not None else held.retention_failed_days
        limits = (now - timedelta(days=days), now - timedelta(days=failed_days))
        access = self.db.read if dry_run else self.db.write
        with access() as conn:
            deleted, last_id = history.purge(conn, after_id, *limits, STEP, dry_run=dry_run)
        return {"deleted": deleted, "last_id": last_id}

    def purge_counts(self) -> bool:
        """Delete some counts of hours long past. Returns whether there may be more."""
        before = self.clock.now() - COUNTED
        with self.db.write() as conn:
            return STEP in (rollups.purge(conn, before, STEP), activity.purge(conn, before, STEP))

    def forget_nodes(self, *, keep_days: float | None = None) -> int:
        """Forget nodes that ended more than so many days ago (None: as failures are kept). Returns how many."""
        held = Configuration(self.db, self.clock, self.environ).held()
        days = keep_days if keep_days is not None else held.retention_failed_days
        with self.db.write() as conn:
            return retention.forget_nodes(conn, self.clock.now() - timedelta(days=days))

    def reclaim(self) -> bool:
        """Give some of the space that deleted rows left back to the disk. Returns whether there is more."""
        with self.db.write() as conn:
            return retention.reclaim(conn, STEP)

    def health(self) -> dict[str, Any]:
        """The state of the database, the scheduler and the nodes, as numbers."""
        began, now = self.clock.monotonic(), self.clock.now()
        with self.db.read() as conn:
            due = state.next_due(conn)
            live = nodes.live(conn)
            active = history.counts(conn, ACTIVE)
            unserved = survey.unserved(conn)
            away = submissions.told_away(conn)
        return {
            "database_ms": round((self.clock.monotonic() - began) * 1000, 2),
            "database_file": str(self.db.file) if self.db.file else None,
            "scheduler_lag_seconds": max(0.0, (now - due).total_seconds()) if due else 0.0,
            "schedulers": sum(node.role == "scheduler" for node in live),
            "agents": sum(node.role == "agent" for node in live),
            "unserved": sum(unserved.values()),
            "brokers_away": len(away),
            **{status.value: active.get(status, 0) for status in ACTIVE},
        }
