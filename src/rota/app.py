"""Everything put together: the one place that knows every part."""

import json
import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING

from rota.domain.clock import Clock
from rota.settings import Settings
from rota.store import migrations
from rota.store.database import Database

if TYPE_CHECKING:
    from rota.engine.host import Host
    from rota.engine.reaper import Reaped
    from rota.engine.scheduler import Fired
    from rota.services.accounts import Accounts
    from rota.services.alerts import Alerts
    from rota.services.auditing import Auditing
    from rota.services.catalogue import Catalogue
    from rota.services.configuration import Configuration
    from rota.services.definitions import Definitions
    from rota.services.diagnosis import Diagnosis
    from rota.services.entrance import Entrance
    from rota.services.executions import Executions
    from rota.services.explaining import Explaining
    from rota.services.holds import Holds
    from rota.services.jobs import Jobs
    from rota.services.presence import Presence
    from rota.services.rights import Rights
    from rota.services.sessions import Sessions
    from rota.services.statistics import Statistics
    from rota.services.tokens import Tokens
    from rota.services.vault import Vault
    from rota.store.nodes import Node


class SystemClock:
    """The clocks of this machine."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)

    monotonic = staticmethod(time.monotonic)
    """Seconds since some fixed moment."""


@dataclass(frozen=True)
class Rota:
    """The product as one value, made by `build`: services are made when first asked for. Close it when done."""

    settings: Settings
    db: Database
    clock: Clock
    environ: Mapping[str, str]

    @cached_property
    def jobs(self) -> "Jobs":
        """Jobs: made, changed, listed, deleted."""
        from rota.services.jobs import Jobs
        from rota.services.timing import Variables

        return Jobs(self.db, self.clock, Variables(self.environ, self.settings.schedule_env), self.vault)

    @cached_property
    def vault(self) -> "Vault":
        """Seals and opens secret arguments."""
        from rota.services.vault import Vault

        return Vault(self.settings.secret_key)

    @cached_property
    def holds(self) -> "Holds":
        """Pausing and resuming, enabling and disabling."""
        from rota.services.holds import Holds

        return Holds(self.jobs)

    @cached_property
    def executions(self) -> "Executions":
        """Executions: asked for, read, cancelled, tried again."""
        from rota.services.executions import Executions

        return Executions(self.db, self.clock, self.vault)

    @cached_property
    def definitions(self) -> "Definitions":
        """What code declares."""
        from rota.services.definitions import Definitions

        return Definitions(self.jobs)

    @cached_property
    def explaining(self) -> "Explaining":
        """Why a job is (not) running."""
        from rota.services.explaining import Explaining

        return Explaining(self.db, self.clock)

    @cached_property
    def accounts(self) -> "Accounts":
        """Users: made, changed, disabled."""
        from rota.services.accounts import Accounts

        return Accounts(self.db, self.clock)

    @cached_property
    def entrance(self) -> "Entrance":
        """Coming in by a password, or as the first admin."""
        from rota.services.entrance import Entrance

        return Entrance(self.accounts)

    @cached_property
    def sessions(self) -> "Sessions":
        """Who is logged in."""
        from rota.services.sessions import Sessions

        return Sessions(self.db, self.clock)

    @cached_property
    def tokens(self) -> "Tokens":
        """What programs show."""
        from rota.services.tokens import Tokens

        return Tokens(self.db, self.clock)

    @cached_property
    def rights(self) -> "Rights":
        """Who may do what."""
        from rota.services.rights import Rights

        return Rights(self.db, self.clock)

    @cached_property
    def auditing(self) -> "Auditing":
        """Who did what."""
        from rota.services.auditing import Auditing

        return Auditing(self.db, self.clock)

    @cached_property
    def statistics(self) -> "Statistics":
        """The numbers of the whole."""
        from rota.services.statistics import Statistics

        return Statistics(self.db, self.clock)

    @cached_property
    def presence(self) -> "Presence":
        """Which nodes are there."""
        from rota.services.presence import Presence

        return Presence(self.db, self.clock)

    @cached_property
    def catalogue(self) -> "Catalogue":
        """The tasks that can be run."""
        from rota.services.catalogue import Catalogue

        return Catalogue(self.db, self.clock)

    @cached_property
    def configuration(self) -> "Configuration":
        """The settings that the database keeps."""
        from rota.services.configuration import Configuration

        return Configuration(self.db, self.clock, self.environ)

    @cached_property
    def diagnosis(self) -> "Diagnosis":
        """Everything that can be wrong around the jobs."""
        from rota.services.diagnosis import Diagnosis

        return Diagnosis(self.db, self.clock, self.jobs.variables)

    @cached_property
    def alerts(self) -> "Alerts":
        """Who is told what, and by which way."""
        from rota.services import alerts, channels

        post = channels.Post(self.vault, self.environ, self.settings.job_hosts)
        return alerts.Alerts(self.db, self.clock, post)

    def upgrade(self) -> bool:
        """Bring the database to this version's schema; a new one starts with the default jobs.

        Returns whether anything changed. Any number of processes may call it at once.
        """
        from rota.services.defaults import Defaults

        return migrations.upgrade(self.db, on_new=Defaults(self.jobs).create)

    def require_schema(self) -> None:
        """Raises Unavailable, saying what to do, when the schema is not of this version."""
        migrations.require_current(self.db)

    def host(self, *, agent: bool = True, watch: "Callable[[Fired | Reaped], None] | None" = None) -> "Host":
        """What a scheduling process runs."""
        from rota.engine import submitter, worker
        from rota.engine.beside import Beside
        from rota.engine.host import Host
        from rota.engine.reaper import Reaper

        below = worker.agent_below(self) if agent and self.settings.local_queues else None
        node, reaper, watch = self.node("scheduler"), Reaper(self.db, self.clock), watch or (lambda _: None)
        beside = Beside(self.db, self.clock, self.alerts.channels.post, self.settings.heartbeat_url)
        made = submitter.make_submitter(self.settings, self.db, self.clock)
        return Host(self.db, self.clock, node, self.holds, reaper, below, watch, beside, made)

    def charge(self, only: int | None = None) -> bytes:
        """What the agent's process is told on its input: these settings, and the one execution it is there for."""
        return json.dumps({"settings": self.settings.model_dump(mode="json"), "only": only}).encode()

    def node(self, role: str, only: int | None = None) -> "Node":
        """This process as a node, not registered yet. only: the one execution that it is there for"""
        from rota.executors.identity import machine, started_at
        from rota.store.nodes import Node

        host, now = socket.gethostname(), self.clock.now()
        return Node(
            name=self.settings.node_name or host, role=role, host=host, pid=os.getpid(),
            pid_started=started_at(os.getpid()) or 0.0, version=version("rota"), registered_at=now, beat_at=now,
            info={"variables": self.jobs.variables.digests(), "machine": machine(), "only": only},
        )  # fmt: skip

    def close(self) -> None:
        """Close the database."""
        self.db.close()

    def __enter__(self) -> "Rota":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def build(
    settings: Settings, *, clock: Clock | None = None, environ: Mapping[str, str] | None = None
) -> Rota:
    """Put everything together. Opens no connection yet. Raises Invalid for an address that is none."""
    database = Database(settings.database_url)
    return Rota(settings, database, clock or SystemClock(), os.environ if environ is None else environ)
