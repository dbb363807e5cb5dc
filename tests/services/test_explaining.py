"""Why is it not running: the checklist, each line of it."""

import pytest

from rota.services.configuration import Configuration
from rota.services.explaining import Explaining
from rota.services.presence import Presence
from tests.world import ANA


def explained(world, job="backup"):
    return Explaining(world.db, world.clock).job(job)


def line(world, name, job="backup"):
    return next(item for item in explained(world, job).items if item.name == name)


@pytest.fixture
def job(world):
    assert world.node
    assert world.planner
    return world.add_job("backup", daily="13:00")


def test_where_nothing_is_in_the_way_every_line_is_well(world, job):
    found = explained(world)
    assert [item.name for item in found.items if not item.ok] == []
    assert found.ok
    assert found.status == (
        "Enabled. Every day at 13:00, UTC. Next at 2026-03-02 13:00:00 UTC, in 1 h. It never ran."
    )


def test_a_disabled_job(world, job):
    world.holds.disable("backup", ANA)
    assert line(world, "enabled").text == "it is disabled"
    assert line(world, "enabled").fix == "`rota jobs enable backup`"
    assert explained(world).status.startswith("Disabled. ")


def test_a_paused_job_says_by_whom_and_why(world, job):
    world.holds.pause("backup", ANA, reason="the disk is full")
    assert "paused by ana" in line(world, "paused").text
    assert "the disk is full" in line(world, "paused").text
    assert explained(world).status.startswith("Paused by ana (the disk is full). ")


def test_a_schedule_without_a_future(world, job):
    world.add_job("soon", at="2026-03-02T12:30")
    world.after(3600)
    assert line(world, "schedule", "soon").text == "its schedule has no further fire"


def test_a_job_that_nobody_plans(world, job):
    world.clock.advance(3720)
    assert line(world, "schedule").text == "it was due 2 min ago and nobody has planned it"


def test_a_scheduler_that_fell_silent(world, job):
    world.clock.advance(45)
    world.beat(world.node)
    assert line(world, "scheduler").text == "the scheduler has been silent for 45 s"
    world.kill(world.planner)
    world.reap()
    assert line(world, "scheduler").text == "no scheduler is running"


def test_a_task_that_no_live_node_knows(world, job):
    world.add_job("other", task_name="work")
    world.kill(world.node)
    world.reap()
    assert line(world, "worker", "other").text == "no live node knows task work"
    assert "rota serve -m MODULE" in line(world, "worker", "other").fix


def test_a_queue_that_no_live_node_serves(world):
    world.add_node(queues=("default", "mail*"))
    for name, queue, ok in (("one", "mail_out", True), ("two", "reports", False)):
        world.add_job(name, task_queue=queue)
        world.executions.execute(name, ANA)
        assert line(world, "worker", name).ok is ok
    assert "serves queue reports (1 waiting)" in line(world, "worker", "two").text
    assert "ROTA_QUEUES=reports=local" in line(world, "worker", "two").fix


def test_an_overlap_names_the_running_execution(world, job):
    execution = world.executions.execute("backup", ANA)
    world.claim()
    assert line(world, "overlap").text == f"execution {execution} is running; overlap is skip"
    assert f"rota executions cancel {execution}" in line(world, "overlap").fix
    assert f"Execution {execution} is running for" in explained(world).status


def test_a_retry_that_waits(world):
    from rota.domain.execution import Status

    world.add_job("backup", max_retries=1, backoff=20)
    world.executions.execute("backup", ANA)
    world.run(Status.FAILED)
    assert line(world, "retry").text.startswith("attempt 2 waits until 2026-03-02 12:00:20 UTC")


def test_everything_held(world, job):
    Configuration(world.db, world.clock, {}).set("hold_all", "true", ANA)
    assert line(world, "hold_all").fix == "`rota config set hold_all false`"
    world.executions.execute("backup", ANA)
    assert world.claim() == []
    Configuration(world.db, world.clock, {}).set("hold_all", None, ANA)
    assert len(world.claim()) == 1


def test_nodes_that_are_drained_are_named(world, job):
    world.add_node("other", queues=("mail",))
    presence = Presence(world.db, world.clock)
    (agent,) = [one.node for one in presence.nodes() if one.node.role == "agent" and one.node.name != "other"]
    presence.drain("other", ANA)
    assert line(world, "worker").ok, "one that has nothing to do with the job is not blamed"
    presence.drain(agent.name, ANA)
    item = line(world, "worker")
    assert (item.ok, item.fix) == (False, f"`rota nodes undrain {agent.name}`")
    assert "is draining" in item.text
    (scheduler,) = [one.node for one in presence.nodes() if one.node.role == "scheduler"]
    presence.drain(scheduler.name, ANA)
    assert line(world, "scheduler").text.startswith("the scheduler is draining: ")
