"""The verbs through a server, put together."""

from functools import cached_property

from httpx2 import BaseTransport

from rota.client.accounts import Accounts, Tokens
from rota.client.alerts import Alerts, Reports
from rota.client.auditing import Auditing
from rota.client.executions import Executions
from rota.client.house import Catalogue, Configuration, Presence, Statistics
from rota.client.jobs import Explaining, Holds, Jobs
from rota.client.profile import Server
from rota.client.wire import Wire
from rota.domain.clock import Clock


class Remote:
    """What a face asks of `app.Rota`, asked of a server by its API: the same verbs, the same values, the same errors.

    transport  how requests travel; default: over the network
    Close it when done.
    """

    def __init__(self, server: Server, clock: Clock, transport: BaseTransport | None = None) -> None:
        self.wire, self.clock = Wire(server, transport), clock

    @cached_property
    def jobs(self) -> Jobs:
        """Jobs: made, changed, listed, deleted."""
        return Jobs(self.wire)

    @cached_property
    def holds(self) -> Holds:
        """Pausing and resuming, enabling and disabling."""
        return Holds(self.jobs)

    @cached_property
    def explaining(self) -> Explaining:
        """Why a job is (not) running."""
        return Explaining(self.jobs)

    @cached_property
    def executions(self) -> Executions:
        """Executions: asked for, read, cancelled, tried again."""
        return Executions(self.jobs)

    @cached_property
    def accounts(self) -> Accounts:
        """Users."""
        return Accounts(self.wire)

    @cached_property
    def tokens(self) -> Tokens:
        """What programs show."""
        return Tokens(self.wire)

    @cached_property
    def auditing(self) -> Auditing:
        """Who did what."""
        return Auditing(self.wire)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The tasks that can be run."""
        return Catalogue(self.wire)

    @cached_property
    def presence(self) -> Presence:
        """Which nodes are there."""
        return Presence(self.wire, self.catalogue)

    @cached_property
    def statistics(self) -> Statistics:
        """The numbers of the whole."""
        return Statistics(self.wire)

    @cached_property
    def configuration(self) -> Configuration:
        """The settings that hold for all nodes."""
        return Configuration(self.wire, self.catalogue)

    @cached_property
    def alerts(self) -> Alerts:
        """Who is told what, and by which way."""
        return Alerts(self.wire)

    @cached_property
    def reports(self) -> Reports:
        """What was reported."""
        return Reports(self.wire)

    def close(self) -> None:
        """Close the connection."""
        self.wire.close()

    def __enter__(self) -> "Remote":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
