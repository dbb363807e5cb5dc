"""What a crew takes in hand."""

import pytest

from rota.domain.attempt import Attempt
from rota.engine import crew
from rota.engine.crew import Crew, Terms
from rota.services.vault import Vault
from tests.clock import MovableClock


@pytest.fixture
def no_runners():
    """A crew whose runners have not started."""
    return Crew(Terms({}, "test", {}, 1, 1.0), MovableClock(), lambda _: False, Vault(None, {}))


def attempt(execution_id: int) -> Attempt:
    return Attempt(execution_id, 1, "job", "work", execution_id, 1)


def in_hand(found: Crew) -> list[int]:
    return [one.execution_id for one in found.hand]


def test_what_was_claimed_without_hearing_so_is_taken_in_hand_once(no_runners):
    for _ in range(2):
        no_runners.find([attempt(7)])
    assert in_hand(no_runners) == [7]


def test_what_is_over_and_not_recorded_yet_is_not_run_again_when_it_is_found(no_runners):
    """Its row still says that it runs here: its ending waits for the database."""
    no_runners.take([attempt(7), attempt(8)])
    no_runners.hand.ready.clear()
    no_runners.forget(7)
    no_runners.find([attempt(7), attempt(9)])
    assert in_hand(no_runners) == [9]


def test_what_is_over_is_remembered_for_a_while_only(no_runners, monkeypatch):
    monkeypatch.setattr(crew, "LATELY", 3)
    for execution_id in range(5):
        no_runners.forget(execution_id)
    no_runners.find([attempt(execution_id) for execution_id in range(5)])
    assert in_hand(no_runners) == [0, 1]
