"""What the tests of the API have: a site on each database, and clients of it."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from tests.api.site import Site
from tests.world import World


@pytest.fixture
def site(world: World) -> Site:
    """A site on each database."""
    return Site(world)


@pytest.fixture
def admin(site: Site) -> Iterator[TestClient]:
    """Somebody who may do everything."""
    with site.client() as client:
        yield client
