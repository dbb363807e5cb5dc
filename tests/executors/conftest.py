"""A runner for each test that wants one."""

from collections.abc import Iterator

import pytest

from rota.executors.events import Hello
from tests.executors.workshop import Workshop


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    """A runner that is ready."""
    made = Workshop(ROTA_DATABASE_URL="secret", ROTA_SECRET_KEY="secret", ROTA_BROKER_URL="secret")
    try:
        made.wait(Hello)
        yield made
    finally:
        made.end()
