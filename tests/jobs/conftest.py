"""The places where ready-made tasks are tried."""

import pytest

from tests.jobs.workplace import Workplace


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder and an application's database."""
    made = Workplace(tmp_path, monkeypatch)
    yield made
    made.engine.dispose()


@pytest.fixture
def desk(tmp_path, monkeypatch, world):
    """The same, with rota's own verbs on each database."""
    made = Workplace(tmp_path, monkeypatch, world)
    yield made
    made.engine.dispose()
