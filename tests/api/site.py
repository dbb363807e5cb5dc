"""The API over a world: a client for each role, in this process, without a server."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from rota.asgi import create
from rota.domain.actor import Actor
from rota.domain.permission import Role
from tests.world import World, published

ROOT = Actor("root", "cli")
HOST = "http://localhost"
TASKS = ("work", "app.tasks.cleanup.system_cleanup", "app.tasks.backup.create_backup")


class Site:
    """A world whose nodes know TASKS, with a user and a token for each role."""

    def __init__(self, world: World) -> None:
        self.world, self.rota = world, world.rota
        world.generation = world.definitions.publish("tests", published(TASKS))
        self.users = {role: self.rota.accounts.create(f"a_{role.value}", role, ROOT) for role in Role}

    @cached_property
    def tokens(self) -> dict[Role, str]:
        """What each of them shows."""
        return {role: self.token(role) for role in Role}

    def token(self, role: Role, **more: Any) -> str:
        """Another token of that user."""
        return self.rota.tokens.create("for tests", self.users[role].id, ROOT, **more).text

    @cached_property
    def app(self) -> FastAPI:
        """The application."""
        return create(self.rota)

    @contextmanager
    def client(
        self, role: Role | None = Role.ADMIN, headers: Mapping[str, str] | None = None
    ) -> Iterator[TestClient]:
        """A client that shows the token of a role, or none."""
        with TestClient(self.app, base_url=HOST, raise_server_exceptions=False) as client:
            if role is not None:
                client.headers["Authorization"] = f"Bearer {self.tokens[role]}"
            client.headers.update(headers or {})
            yield client
