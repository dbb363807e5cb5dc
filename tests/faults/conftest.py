"""A site on each database; when a test is over, everything is ended and every rule is checked."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from rota.store import migrations
from rota.store.database import Database
from tests.faults.site import Site
from tests.servers import databases


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with all tables and no jobs, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "rota.db"
    with Database(f"sqlite:///{file}") as db:
        migrations.upgrade(db)
    return file


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> Iterator[str]:
    """The name of a PostgreSQL database with all tables and no jobs, to be copied."""
    with databases.fresh(postgres_url) as url:
        with Database(url) as db:
            migrations.upgrade(db)
        yield str(make_url(url).database)


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """URL of a fresh SQLite database."""
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path)}"


@pytest.fixture
def fresh_postgres_url(postgres_url: str, migrated_template: str) -> Iterator[str]:
    """URL of a fresh PostgreSQL database."""
    with databases.fresh(postgres_url, migrated_template) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of a fresh database that has its tables."""
    name = "sqlite_url" if request.param == "sqlite" else "fresh_postgres_url"
    return str(request.getfixturevalue(name))


def examined(url: str, folder: Path) -> Iterator[Site]:
    """A site; afterwards nothing may be broken and nothing left."""
    made = Site(url, folder)
    try:
        yield made
        assert made.end() == []
    finally:
        made.close()


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """A place to break things."""
    yield from examined(database_url, tmp_path)
