"""A shell for the tests of the command line, and a node that takes what they ask for."""

import json
import os
import shlex
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rota.cli.program import run
from rota.services.defaults import Defaults
from tests.clock import MovableClock
from tests.world import World

TASKS = (
    "work",
    "rota.system_health_check",
    "rota.database_cleanup",
    "rota.session_cleanup",
    "app.tasks.backup.create_backup",
)


@dataclass(frozen=True)
class Done:
    """How a command line ended: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its output, read as JSON."""
        return json.loads(self.out)


class Shell:
    """Runs command lines in this process, as the program `rota` does: without a terminal."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self.capfd = capfd

    def __call__(self, line: str) -> Done:
        """Run a line as somebody typed it; backslashes at line ends join it."""
        words = shlex.split(line.replace("\\\n", " "))
        assert words[0] == "rota"
        self.capfd.readouterr()
        code = run(words[1:])
        said = self.capfd.readouterr()
        return Done(code, said.out, said.err)


@pytest.fixture
def shell(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    """A shell in an empty folder, without any setting of rota."""
    for name in [name for name in os.environ if name.startswith("ROTA_")]:
        monkeypatch.delenv(name)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("COLUMNS", "80")
    return Shell(capfd)


@pytest.fixture
def site(migrated_url: str, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world in the present, with the default jobs (1 system_health_check, 2 database_cleanup, 3 session_cleanup),
    whose database the shell finds. The tasks of TASKS are known.
    """
    monkeypatch.setenv("ROTA_DATABASE_URL", migrated_url)
    world = World(migrated_url, MovableClock(datetime.now(UTC)))
    with world.db.write() as conn:
        Defaults(world.jobs).create(conn)
    publish(world)
    yield world
    world.close()


def publish(world: World) -> None:
    """Let the world's generation know TASKS."""
    from tests.world import APP, published

    world.__dict__["generation"] = world.definitions.publish(APP, published(TASKS))


@pytest.fixture
def node(site: World) -> Iterator[World]:
    """A live node that takes what is queued and ends it well, within moments."""
    site.clock.wall = datetime.now(UTC)
    over = threading.Event()

    def take() -> None:
        while not over.wait(0.02):
            site.run(message="done by the node", items_processed=3, started_at=site.clock.now())

    assert site.node
    taker = threading.Thread(target=take)
    taker.start()
    yield site
    over.set()
    taker.join()


@pytest.fixture
def sides(shell, monkeypatch, sqlite_copy, tmp_path):
    """Two worlds on copies of one database, the second behind a server."""
    from tests.cli.sides import both
    from tests.servers.copies import copied_sqlite

    near, far = (copied_sqlite(sqlite_copy, tmp_path / name) for name in ("near.db", "far.db"))
    with both(shell, monkeypatch, near, far) as made:
        yield made
