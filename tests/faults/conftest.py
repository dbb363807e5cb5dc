"""A site on each database; when a test is over, everything is ended and every rule is checked."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from rota.app import build
from rota.settings import Settings
from tests.faults.site import Site
from tests.servers import databases


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with all tables, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "rota.db"
    with build(Settings(database_url=f"sqlite:///{file}")) as rota:
        rota.upgrade()
    return file


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> Iterator[str]:
    """The name of a PostgreSQL database with all tables, to be copied."""
    with databases.fresh(postgres_url) as url:
        with build(Settings(database_url=url)) as rota:
            rota.upgrade()
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


@pytest.fixture
def sqlite_site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    """The same, on SQLite only."""
    yield from examined(sqlite_url, tmp_path)
