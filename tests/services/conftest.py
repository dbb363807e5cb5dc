"""A world with people in it: vic views, olga operates, ada administers."""

from dataclasses import dataclass

import pytest

from rota.app import Rota
from rota.domain.actor import Actor
from rota.services.accounts import Accounts
from rota.services.passwords import Passwords
from tests.world import World

MACHINE = Actor("root", "cli")
PASSWORD = "a long pass phrase"
QUICK = Passwords(memory=64, passes=1)
"""Hashes that take no time; what they cost is measured elsewhere."""


@dataclass
class People:
    """The services that know people, of a world."""

    world: World

    def __post_init__(self) -> None:
        self.rota.__dict__["accounts"] = Accounts(self.world.db, self.world.clock, QUICK)
        self.accounts, self.entrance = self.rota.accounts, self.rota.entrance
        self.sessions, self.tokens = self.rota.sessions, self.rota.tokens
        self.auditing, self.rights = self.rota.auditing, self.rota.rights

    @property
    def rota(self) -> Rota:
        """The product."""
        return self.world.rota

    def add(self, name: str, role: str, password: str | None = PASSWORD) -> None:
        """Make a user."""
        self.accounts.create(name, role, MACHINE, password=password)

    def log_in(self, name: str, address: str | None = None) -> str:
        """Log a user in. Returns the session's secret."""
        user = self.entrance.authenticate(name, PASSWORD, address=address)
        return self.sessions.begin(user, address=address).secret

    def actor(self, name: str) -> Actor:
        """A user with a new session."""
        found = self.sessions.lookup(self.log_in(name))
        assert found is not None
        return found

    def told(self, *actions: str) -> list[tuple[str, str, str]]:
        """What the audit log has of these actions, oldest first: (actor, action, target)."""
        return [row for row in self.world.audited() if row[1] in actions]


@pytest.fixture
def people(world: World) -> People:
    """The world's people: none yet."""
    return People(world)


@pytest.fixture
def staff(people: People) -> People:
    """vic the viewer, olga the operator, ada the admin."""
    for name, role in (("vic", "viewer"), ("olga", "operator"), ("ada", "admin")):
        people.add(name, role)
    return people
