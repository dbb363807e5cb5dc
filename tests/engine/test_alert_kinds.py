"""Each kind of thing that is told: missed, overdue, stuck, slow, paused."""

import pytest

from rota.domain.execution import Status
from tests.engine.told import Told
from tests.world import ANA


@pytest.fixture
def told(world):
    world.add_job("backup")
    return Told(world)


def test_missed_slots_are_told(told):
    told.rule(kinds=("missed",))
    told.world.add_job("hourly", every="1h", misfire="skip")
    told.world.after(3 * 3600 + 600)
    told.after()
    (message,) = told.box.messages
    assert message.title == "hourly missed a run"
    assert "3 slots" in message.text


def test_a_job_that_nobody_plans_is_overdue_once(told):
    told.rule(kinds=("overdue",), seconds=60)
    told.world.add_job("hourly", every="1h")
    for _ in range(3):
        told.after(3700)
    assert told.box.titles == ["hourly is overdue"]


def test_an_execution_without_a_sign_of_life_is_stuck_once(told):
    told.rule(kinds=("stuck",), seconds=300)
    told.world.executions.execute("backup", ANA)
    (attempt,) = told.world.claim()
    for _ in range(3):
        told.after(301)
    assert told.box.titles == ["backup gives no sign of life"]
    assert told.world.end(attempt)


def test_a_run_that_is_slower_than_usual_is_told(told):
    told.rule(kinds=("slow",))

    def run(seconds):
        told.world.executions.execute("backup", ANA)
        (attempt,) = told.world.claim()
        began = told.world.clock.now()
        told.world.clock.advance(seconds)
        told.world.end(attempt, started_at=began)

    for _ in range(40):
        run(1)
    told.after()
    assert told.box.messages == []
    run(9)
    told.after()
    (message,) = told.box.messages
    assert message.title == "backup was slower than usual"
    assert "9 s; 95 of 100 take at most 1" in message.text


def test_a_job_that_takes_its_nodes_down_is_told_when_rota_pauses_it(told):
    told.rule(kinds=("paused",))
    for _ in range(3):
        told.world.executions.execute("backup", ANA) if told.world.jobs.get(
            "backup"
        ).paused_at is None else None
        for attempt in told.world.claim():
            told.world.end(attempt, Status.LOST)
    told.after()
    assert told.box.titles == ["backup was paused by rota"]
