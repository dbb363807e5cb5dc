"""The fixtures that give a test a database with all tables and no rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rota.store import migrations
from rota.store.database import Database
from tests.servers import databases
from tests.servers.copies import copied_sqlite, sqlite_template


@pytest.fixture(scope="session")
def sqlite_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database to copy."""
    return sqlite_template(tmp_path_factory.mktemp("template") / "rota.db")


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of a migrated PostgreSQL database to copy."""
    with databases.fresh(postgres_url) as url:
        with Database(url) as db:
            migrations.upgrade(db)
        yield url.rpartition("/")[2]


@pytest.fixture(params=["sqlite", "postgres"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a fresh database with all tables and no rows, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield copied_sqlite(request.getfixturevalue("sqlite_copy"), tmp_path / "rota.db")
        return
    template = request.getfixturevalue("postgres_template")
    with databases.fresh(request.getfixturevalue("postgres_url"), template) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_shared(postgres_url: str, postgres_template: str) -> Iterator[str]:
    """URL of a migrated PostgreSQL database that tests use one after the other."""
    with databases.fresh(postgres_url, postgres_template) as url:
        yield url
