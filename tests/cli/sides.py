"""Two worlds alike: one that the shell asks by its database, and one that it asks through a server."""

import getpass
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from rota.app import build
from rota.asgi import create
from rota.domain.actor import Actor
from rota.domain.attempt import Line
from rota.domain.permission import Role
from rota.services.defaults import Defaults
from rota.settings import Settings
from tests.api.server import serving
from tests.cli.conftest import Done, Shell, publish
from tests.clock import MovableClock
from tests.world import World

ROOT = Actor("root", "cli")
VOLATILE = {
    "trigger", "face", "address", "request_id", "token", "hash", "head", "silent_seconds", "duration_ms",
    "last_duration_ms", "average_duration_ms", "pid",
}  # fmt: skip
"""What may differ: how somebody came, how long something took, and what is secret or sealed."""

INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+\d\d:\d\d)?")
DIGEST = re.compile(r"\b[0-9a-f]{8,64}\b")
SPAN = re.compile(r"\b(?:(in )?[\d.]+ (ms|s|min|h|d)( ago)?|now)\b")


def masked(value: Any) -> Any:
    """The value without what may differ between two runs of the same."""
    if isinstance(value, dict):
        return {name: "…" if name in VOLATILE and one else masked(one) for name, one in value.items()}
    if isinstance(value, list):
        return [masked(one) for one in value]
    if isinstance(value, str):
        return DIGEST.sub("<hash>", SPAN.sub("<span>", INSTANT.sub("<instant>", value)))
    return value


def peopled(url: str) -> World:
    """A world in the present: the default jobs, a job that ran well and printed, and one that failed."""
    world = World(url, MovableClock(datetime.now(UTC)))
    with world.db.write() as conn:
        Defaults(world.jobs).create(conn)
    publish(world)
    world.rota.accounts.create(getpass.getuser(), Role.ADMIN, ROOT)
    for name, tags in (("backup", ("nightly",)), ("report", ())):
        world.add_job(name, daily="02:00", tags=tags, overlap="queue_all", task_kwargs={"days": 7})
    for name, status in (("backup", "succeeded"), ("report", "failed")):
        world.executions.execute(name, ROOT)
        finish(world, status)
    return world


def finish(world: World, status: str = "succeeded") -> None:
    """End all that waits, each having printed a line."""
    now = world.clock.now()
    for attempt in world.claim():
        world.end(
            attempt, type(world.last().status)(status), started_at=now, message="done", items_processed=3,
            output_bytes=6, lines=[Line(1, now, "out", "hello"), Line(2, now, "warning", "odd \x1b[2J")],
        )  # fmt: skip


@dataclass
class Sides:
    """Runs a line on both sides; `through` alone through the server."""

    shell: Shell
    patch: pytest.MonkeyPatch
    near: World
    far: World
    server: str
    token: str

    def here(self, line: str) -> Done:
        """By the database."""
        for name in ("ROTA_SERVER", "ROTA_TOKEN"):
            self.patch.delenv(name, raising=False)
        self.patch.setenv("ROTA_DATABASE_URL", self.near.url)
        return self.shell(line)

    def through(self, line: str, token: str | None = None) -> Done:
        """Through the server; where its database is, the shell does not know."""
        self.patch.delenv("ROTA_DATABASE_URL", raising=False)
        self.patch.setenv("ROTA_SERVER", self.server)
        self.patch.setenv("ROTA_TOKEN", self.token if token is None else token)
        return self.shell(line)

    def same(self, line: str) -> Done:
        """Run the line on both sides. Fails unless both say the same; returns what was said here."""
        near, far = self.here(line), self.through(line)
        assert (far.code, masked(far.err)) == (near.code, masked(near.err)), line
        if "--json" in line:
            assert masked(far.json if far.out else None) == masked(near.json if near.out else None), line
        else:
            assert masked(far.out) == masked(near.out), line
        return near

    @contextmanager
    def nodes(self) -> Iterator[None]:
        """On both sides a live node, which ends what is queued within moments."""
        over = threading.Event()

        def take() -> None:
            while not over.wait(0.02):
                for world in (self.near, self.far):
                    world.clock.wall = datetime.now(UTC)
                    finish(world)

        assert self.near.node
        assert self.far.node
        taker = threading.Thread(target=take)
        taker.start()
        try:
            yield
        finally:
            over.set()
            taker.join()


@contextmanager
def both(shell: Shell, patch: pytest.MonkeyPatch, near: str, far: str) -> Iterator[Sides]:
    """Two worlds on two fresh databases, and a server for the second."""
    worlds = [peopled(near), peopled(far)]
    token = worlds[1].rota.tokens.create("for tests", getpass.getuser(), ROOT).text
    worlds[0].rota.tokens.create("for tests", getpass.getuser(), ROOT)
    with build(Settings(database_url=far)) as rota, serving(create(rota)) as served:
        yield Sides(shell, patch, worlds[0], worlds[1], served.url, token)
    for world in worlds:
        world.close()
