"""Jobs as they are found and listed."""

from datetime import timedelta

from rota.domain.job import JobSpec, JobStatus
from rota.store.jobs import Filter
from tests.world import ANA

HOUR = timedelta(hours=1)


def names(world, **wanted) -> list[str]:
    return [job.name for job in world.jobs.search(Filter(**wanted))]


def test_jobs_are_found_by_status_type_tag_and_words(world):
    world.add_job("alpha", every="1m", tags=("nightly",), title="100% done")
    world.add_job("beta", job_type="analytics_aggregation", description="counts_things")
    world.add_job("gamma", every="1m")
    world.holds.pause("gamma", ANA)
    assert names(world, status=JobStatus.ACTIVE) == ["alpha", "beta"]
    assert names(world, status=JobStatus.PAUSED) == ["gamma"]
    assert names(world, tag="nightly") == ["alpha"]
    assert names(world, job_type="analytics_aggregation") == ["beta"]
    assert names(world, search="100%") == ["alpha"]
    assert names(world, search="COUNTS_") == ["beta"]
    assert names(world, search="_%") == []
    assert world.jobs.count(Filter(status=JobStatus.ACTIVE)) == 2


def test_each_status_that_is_computed_is_found_by_the_database_too(world):
    world.add_job("active", every="1m")
    world.add_job("manual")
    world.add_job("once", at="2026-03-02T12:00:30Z")
    world.add_job("disabled", every="1m", is_enabled=False)
    world.add_job("paused", every="1m")
    world.holds.pause("paused", ANA)
    world.after(60)
    found = {status: names(world, status=status) for status in JobStatus}
    assert {name: status for status, some in found.items() for name in some} == {
        job.name: job.status for job in world.jobs.search()
    }


def test_overdue_is_enabled_not_paused_and_due_for_longer_than_its_grace(world):
    world.add_job("strict", every="1h", grace=0)
    world.add_job("lenient", every="1h", grace=600)
    world.add_job("held", every="1h", grace=0)
    world.holds.pause("held", ANA)
    world.clock.advance(3600 + 300)
    assert names(world, overdue_at=world.clock.now()) == ["strict"]
    world.clock.advance(301)
    assert names(world, overdue_at=world.clock.now()) == ["lenient", "strict"]
    world.tick()
    assert names(world, overdue_at=world.clock.now()) == []


def test_pages_go_by_name(world):
    for name in "cabed":
        world.add_job(name)
    pages = [[job.name for job in world.jobs.search(page=page, size=2)] for page in (1, 2, 3, 4)]
    assert pages == [["a", "b"], ["c", "d"], ["e"], []]


def test_a_spec_survives_the_store_as_it_is(world):
    spec = JobSpec(
        name="full", title="T", description="D", job_type="custom", schedule_type="weekly",
        schedule_expression="0:09:00", timezone="Europe/Paris", task_name="work", task_kwargs={"a": {"b": [1]}},
        task_queue="q", task_priority=9, timeout=0, memory_limit=64, max_retries=3, backoff=0.5, backoff_cap=7,
        overlap="queue_all", misfire="run_all", grace=5, catch_up_limit=7, critical=True, tags=("x", "y"),
        metadata={"k": None}, retryable=False,
    )  # fmt: skip
    assert world.generation
    stored = world.jobs.create(spec, ANA)
    assert JobSpec(**{name: getattr(stored, name) for name in JobSpec.model_fields}) == spec
