"""Whoever schedules settles what code declares when nodes came or went: one that left tells nobody itself."""

from rota.domain.job import JobSpec
from rota.engine.host import Host
from tests.world import World, published


def host(world: World) -> Host:
    """A scheduling process whose looks are made by hand."""
    made = Host(world.db, world.clock, world.rota.node("scheduler"), world.holds, world.reaper(), None)
    made._register()
    return made


def deploy(world: World, **titles: str) -> int:
    """A node starts whose code declares jobs of these titles. Returns it."""
    jobs = [JobSpec(name=name, title=title, task_name="work") for name, title in titles.items()]
    node = world.add_node(app="shop", generation_id=world.definitions.publish("shop", published(jobs=jobs)))
    world.definitions.settle("shop")
    return node


def standing(world: World) -> dict[str, tuple[str, str]]:
    return {job.name: (job.title, job.status.value) for job in world.jobs.search()}


def test_after_a_rolling_deploy_the_jobs_vanish_that_the_code_no_longer_has(world):
    scheduling = host(world)
    old = deploy(world, kept="one", dropped="one")
    deploy(world, kept="two")
    scheduling._tend()
    assert standing(world) == {"kept": ("two", "active"), "dropped": ("one", "active")}
    world.kill(old)
    scheduling._tend()
    assert standing(world) == {"kept": ("two", "active"), "dropped": ("one", "vanished")}


def test_after_a_rollback_the_older_set_holds_again(world):
    scheduling = host(world)
    deploy(world, report="old")
    new = deploy(world, report="new", more="new")
    scheduling._tend()
    world.kill(new)
    scheduling._tend()
    assert standing(world) == {"report": ("old", "active"), "more": ("new", "vanished")}


def test_what_stays_the_same_is_settled_once(world, monkeypatch):
    settled: list[str] = []
    scheduling = host(world)
    deploy(world, report="one")
    monkeypatch.setattr(scheduling.definitions, "settle", settled.append)
    for _ in range(3):
        scheduling._tend()
    assert settled == ["shop"]
