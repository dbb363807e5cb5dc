"""The fixtures that give a test its databases. Want of a service skips a test, but fails it in CI."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from tests.servers import databases, postgres

POSTGRES = "ROTA_TEST_POSTGRES_URL"


@pytest.fixture(scope="session")
def service_processes() -> set[int]:
    """The processes of services that live as long as the session does."""
    return set()


@pytest.fixture(scope="session")
def postgres_url(service_processes: set[int]) -> Iterator[str]:
    """URL of the administrator of a real PostgreSQL server, one for each test process."""
    if url := os.environ.get(POSTGRES):
        yield url
        return
    binaries = postgres.binaries_of_wheel() or postgres.installed_binaries() or postgres.install_binaries()
    if binaries is None:
        missing(f"no PostgreSQL: install its server, or set {POSTGRES} to a URL that may create databases")
    with postgres.running(binaries, fsync=False) as server:
        service_processes.add(server.guard)
        yield server.url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a fresh, empty database; each test that asks for it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/rota.db"
        return
    with databases.fresh(request.getfixturevalue("postgres_url")) as url:
        yield url


def missing(reason: str) -> NoReturn:
    """Skip for want of a service; in CI green must mean that all of them were real."""
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
