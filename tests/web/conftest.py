"""What the tests of the dashboard have: a site on each database, and browsers that are signed in."""

from collections.abc import Iterator

import psutil
import pytest
from playwright.sync_api import Browser

from tests.api.conftest import site
from tests.api.site import Site
from tests.web.browser import launched
from tests.web.visitor import Visitor

__all__ = ["site"]


@pytest.fixture
def admin(site: Site) -> Iterator[Visitor]:
    """An administrator's browser."""
    with Visitor.of(site) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def chromium(service_processes: set[int]) -> Iterator[Browser]:
    """A real browser, one for all tests of a file. As long as it lives, no loop can be run in this thread."""
    before = set(psutil.Process().children())
    with launched() as browser:
        service_processes |= {one.pid for one in set(psutil.Process().children()) - before}
        yield browser
