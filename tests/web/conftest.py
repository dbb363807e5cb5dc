"""What the tests of the dashboard have: a site on each database, a product that runs, and browsers."""

from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser

from rota.app import Rota, build
from rota.asgi import create
from rota.domain.actor import Actor
from rota.settings import Settings
from tests.api.conftest import site
from tests.api.server import serving
from tests.api.site import Site
from tests.servers.copies import copied_sqlite
from tests.web.browser import Watched, launched
from tests.web.demo import PASSWORD
from tests.web.journey import PATIENCE
from tests.web.visitor import Visitor

__all__ = ["site"]


@pytest.fixture
def admin(site: Site) -> Iterator[Visitor]:
    """An administrator's browser."""
    with Visitor.of(site) as visitor:
        yield visitor


@pytest.fixture
def alive(sqlite_copy, tmp_path) -> Iterator[tuple[Rota, str]]:
    """A product that schedules and runs, served, with a new database: it, and its address."""
    settings = Settings(
        database_url=copied_sqlite(sqlite_copy, tmp_path / "rota.db"),
        modules=("tests.web.bodies",),
        runners=1,
    )
    with build(settings) as rota, serving(create(rota)) as served:
        host = rota.host()
        host.start()
        yield rota, served.url
        host.stop(at_once=True)


@pytest.fixture
def administrator(alive) -> str:
    """A name that may do everything."""
    rota, _ = alive
    rota.accounts.create("root", "admin", Actor("luca", "cli"), password=PASSWORD)
    return "root"


@pytest.fixture
def window(alive, chromium: Browser) -> Iterator[Callable[..., Watched]]:
    """Opens a browser's window on it, in which nothing may go wrong; closed at the end, whatever happened."""
    opened: list[Watched] = []

    def open_one(**options: Any) -> Watched:
        opened.append(Watched(chromium, alive[1], **options))
        opened[-1].page.set_default_timeout(PATIENCE)
        return opened[-1]

    yield open_one
    for watched in opened:
        watched.close()
    assert [found for watched in opened for found in watched.wrong] == []


@pytest.fixture(scope="module")
def chromium(service_processes: set[int]) -> Iterator[Browser]:
    """A real browser, one for all tests of a file. As long as it lives, no loop can be run in this thread."""
    before = set(psutil.Process().children())
    with launched() as browser:
        service_processes |= {one.pid for one in set(psutil.Process().children()) - before}
        yield browser
