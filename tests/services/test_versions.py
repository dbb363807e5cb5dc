"""Each saved version of a job is kept, and can be had again."""

import pytest

from rota.domain.errors import Conflict, InvalidSchedule, NotFound
from rota.domain.job import JobPatch, JobSpec
from rota.domain.secret import MASK, SEALED
from rota.services.vault import Vault
from tests.world import ANA, published


def test_versions_tell_what_was_saved_by_whom_newest_first(world):
    world.add_job("backup", every="1m", title="one")
    world.clock.advance(60)
    world.jobs.update("backup", JobPatch(title="two"), ANA)
    newest, first = world.jobs.versions("backup")
    assert (newest.version, newest.spec["title"], newest.saved_by) == (2, "two", "ana")
    assert (first.version, first.spec["title"]) == (1, "one")
    assert newest.saved_at == world.clock.now()


def test_restoring_gives_every_field_back_as_a_new_version(world):
    before = world.add_job("backup", every="1m", task_kwargs={"a": 1}, tags=("x",), memory_limit=64)
    changes = JobPatch(schedule_expression="5m", task_kwargs={}, tags=(), memory_limit=None, max_retries=9)
    world.jobs.update("backup", changes, ANA)
    after = world.jobs.restore("backup", 1, ANA)
    assert after.version == 3
    for name in JobSpec.model_fields:
        assert getattr(after, name) == getattr(before, name), name
    assert after.next_run == before.next_run


def test_restoring_is_in_the_audit_log_with_before_and_after(world):
    world.add_job("backup", title="one")
    world.jobs.update("backup", JobPatch(title="two"), ANA)
    world.jobs.restore("backup", 1, ANA)
    entry = world.rota.auditing.search()[0]
    assert (entry.action, entry.target) == ("job.restore", "job:backup")
    assert (entry.before, entry.after) == ({"title": "two"}, {"title": "one"})


def test_what_cannot_be_restored_is_told(world):
    world.add_job("backup")
    with pytest.raises(NotFound, match='job "backup" has no version 7'):
        world.jobs.restore("backup", 7, ANA)
    with pytest.raises(Conflict) as refused:
        world.jobs.restore("backup", 1, ANA)
    assert refused.value.code == "unchanged"
    with pytest.raises(NotFound):
        world.jobs.versions("nope")


def test_a_version_with_a_schedule_that_never_fires_again_is_not_restored(world):
    world.add_job("backup", schedule_type="once", schedule_expression="2026-03-02T13:00:00Z")
    world.jobs.update("backup", JobPatch(schedule_type="interval", schedule_expression="1h"), ANA)
    world.after(7200)
    with pytest.raises(InvalidSchedule):
        world.jobs.restore("backup", 1, ANA)
    assert world.jobs.get("backup").version == 2


def test_secrets_are_masked_in_versions_and_restored_as_they_were(world):
    world.jobs.vault = Vault("key")
    schema = {"properties": {"key": {"writeOnly": True}}}
    told = published(("work",))
    told["tasks"][0]["schema"] = schema
    told["hash"] = "of secrets"
    world.__dict__["generation"] = world.definitions.publish("tests", told)
    world.add_job("backup", task_kwargs={"key": "hush"})
    world.jobs.update("backup", JobPatch(task_kwargs={"key": "other"}), ANA)
    assert [one.spec["task_kwargs"] for one in world.jobs.versions("backup")] == [{"key": MASK}] * 2
    kept = world.jobs.restore("backup", 1, ANA).task_kwargs["key"]
    assert kept.startswith(SEALED)
    assert world.jobs.vault.open(f'{{"key": "{kept}"}}')[1] == ("hush",)
