"""Jobs are checked when they are saved; each saved version is kept; deleting is soft."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from rota.domain.errors import Conflict, Invalid, InvalidSchedule, NotFound
from rota.domain.execution import Status
from rota.domain.job import JobPatch
from rota.store.schema import job_versions
from tests.clock import NOON
from tests.world import ANA, published

HOUR = timedelta(hours=1)


def versions(world, job) -> list[tuple[int, str]]:
    with world.db.read() as conn:
        kept = select(job_versions.c.version, job_versions.c.spec).where(job_versions.c.job_id == job.id)
        return [(row.version, row.spec["title"]) for row in conn.execute(kept)]


def patched(world, **changes):
    return world.jobs.update("backup", JobPatch(**changes), ANA)


def test_a_new_job_is_stored_with_its_first_fire(world):
    job = world.add_job("backup", daily="13:00", title="Backup", tags=("nightly",), metadata={"a": [1]})
    assert job == world.jobs.get("backup") == world.jobs.get(job.id) == world.jobs.get(str(job.id))
    assert (job.status, job.version, job.next_run) == ("active", 1, NOON + HOUR)
    assert (job.tags, job.metadata, job.created_by, job.created_at) == (("nightly",), {"a": [1]}, "ana", NOON)


def test_an_unknown_name_is_told_with_what_was_meant(world):
    world.add_job("database_cleanup")
    with pytest.raises(NotFound, match=r'no job named "databse_cleanup"; did you mean "database_cleanup"\?'):
        world.jobs.get("databse_cleanup")


@pytest.mark.parametrize("reference", ["²", "99999999999999999999", 2**70, "0", "٣"])
def test_a_reference_that_is_nothings_name_or_id_is_not_found(world, reference):
    with pytest.raises(NotFound):
        world.jobs.get(reference)


def test_only_registered_tasks_can_be_given(world):
    with pytest.raises(NotFound, match=r'no task named "wrok"; did you mean "work"\?'):
        world.add_job("backup", task_name="wrok")


def test_a_name_is_given_once(world):
    world.add_job("backup")
    with pytest.raises(Conflict, match='there is a job named "backup" already') as taken:
        world.add_job("backup")
    assert taken.value.code == "name_taken"


def test_arguments_are_checked_when_the_job_is_saved(world):
    schema = {
        "type": "object", "properties": {"days": {"type": "integer"}}, "required": ["days"],
        "additionalProperties": False,
    }  # fmt: skip
    set_ = published(["strict"])
    set_["tasks"][0]["schema"] = schema
    world.definitions.publish("other", set_)
    with pytest.raises(Invalid, match='argument "days" of task "strict": \'x\' is not of type'):
        world.add_job("a", task_name="strict", task_kwargs={"days": "x"})
    with pytest.raises(Invalid, match=r'task "strict" has no argument "dyas"; did you mean "days"\?'):
        world.add_job("a", task_name="strict", task_kwargs={"dyas": 1})
    with pytest.raises(Invalid, match="'days' is a required property"):
        world.add_job("a", task_name="strict")
    world.add_job("a", task_name="strict", task_kwargs={"days": 1})
    with pytest.raises(Invalid):
        world.jobs.update("a", JobPatch(task_kwargs={"days": None}), ANA)


@pytest.mark.parametrize(
    ("kind", "expression", "words"),
    [
        ("cron", "61 * * * *", "61"),
        ("once", "2020-01-01T00:00:00Z", "is in the past"),
        ("monthly", "30:25:00", "25"),
        ("cron", "0 0 30 2 *", "no fire within 50 years"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_where_the_job_is_saved(world, kind, expression, words):
    with pytest.raises(InvalidSchedule, match=words):
        world.add_job("backup", schedule_type=kind, schedule_expression=expression)
    assert world.jobs.search() == []


def test_a_variable_is_replaced_once_where_the_job_is_saved(world):
    world.environ["BACKUP_SCHEDULE"] = "13:00"
    job = world.add_job("backup", daily="${BACKUP_SCHEDULE}")
    assert (job.schedule_expression, job.resolved_expression) == ("${BACKUP_SCHEDULE}", "13:00")
    world.environ["BACKUP_SCHEDULE"] = "14:00"
    world.after(3600)
    assert world.statuses() == ["queued"]
    assert patched(world, title="of no matter").next_run == NOON + 25 * HOUR
    assert patched(world, schedule_expression="${BACKUP_SCHEDULE}").next_run == NOON + 2 * HOUR


def test_a_job_is_disabled_where_neither_its_variables_nor_its_task_are_known(world):
    world.environ["BACKUP_SCHEDULE"] = "13:00"
    world.add_job("backup", daily="${BACKUP_SCHEDULE}", task_kwargs={"path": "/a"})
    world.environ.clear()
    told = published(hash="later")
    told["tasks"][0]["schema"] = {"type": "object", "additionalProperties": False}
    world.definitions.publish("tests", told)
    assert world.holds.disable("backup", ANA).status == "disabled"
    assert world.holds.enable("backup", ANA).next_run == NOON + HOUR


def test_an_unresolved_variable_is_an_error_where_the_job_is_saved(world):
    with pytest.raises(InvalidSchedule, match="BACKUP_SCHEDULE is not set"):
        world.add_job("backup", daily="${BACKUP_SCHEDULE}")


def test_each_saved_version_is_kept_and_an_execution_bears_its_own(world):
    job = world.add_job("backup", title="one")
    world.executions.execute("backup", ANA)
    world.run()
    patched(world, title="two")
    world.executions.execute("backup", ANA)
    assert versions(world, job) == [(1, "one"), (2, "two")]
    assert [row.version for row in world.history()] == [1, 2]


def test_a_change_that_is_refused_changes_nothing(world):
    before = world.add_job("backup", daily="13:00")
    with pytest.raises(InvalidSchedule):
        patched(world, schedule_expression="25:00")
    with pytest.raises(NotFound):
        patched(world, task_name="unknown")
    assert world.jobs.get("backup") == before


def test_a_new_schedule_starts_from_now(world):
    world.add_job("backup", daily="13:00")
    job = patched(world, schedule_type="interval", schedule_expression="10m")
    assert job.next_run == NOON + HOUR / 6


def test_a_change_that_is_not_of_the_schedule_leaves_the_next_fire(world):
    world.add_job("backup", every="1h")
    world.clock.advance(3605)
    assert patched(world, title="new").next_run == NOON + HOUR
    assert world.tick().queued == 1


def test_slots_due_by_the_old_schedule_are_accounted_for_when_it_changes(world):
    world.add_job("backup", every="1h")
    world.clock.advance(2 * 3600)
    patched(world, schedule_type="daily", schedule_expression="20:00")
    skipped = world.last()
    assert (skipped.status, skipped.slot_count) == ("skipped", 2)
    assert skipped.reason.startswith("changed before they were planned")


def test_nothing_at_or_before_the_last_slot_is_planned_again_by_a_new_schedule(world):
    world.add_job("backup", every="1h")
    world.after(3600)
    world.clock.wall = NOON - HOUR
    job = patched(world, schedule_type="interval", schedule_expression="5m")
    assert job.next_run == NOON + HOUR + timedelta(minutes=5)


def test_an_interval_fires_at_the_same_instants_however_often_it_is_saved(world):
    world.add_job("backup", every="30")
    world.clock.advance(700)
    world.holds.disable("backup", ANA)
    world.clock.advance(700)
    assert world.holds.enable("backup", ANA).next_run == NOON + HOUR / 2
    assert patched(world, title="x").next_run == NOON + HOUR / 2


def test_an_anchor_moves_the_fires_of_an_interval(world):
    anchor = NOON + timedelta(minutes=7)
    assert world.add_job("backup", every="1h", anchor=anchor).next_run == anchor


def test_a_finished_job_may_be_changed_although_its_schedule_is_past(world):
    world.add_job("backup", at="2026-03-02T12:30:00Z")
    world.after(3600)
    assert patched(world, title="kept").status == "finished"


def test_deleting_is_soft_the_executions_stay_and_the_name_is_free(world):
    job = world.add_job("backup", every="1m")
    world.after(60)
    world.run()
    world.jobs.delete("backup", ANA)
    assert world.jobs.search() == []
    assert world.statuses(job) == ["succeeded"]
    again = world.add_job("backup", daily="13:00")
    assert again.id != job.id


def test_deleting_cancels_what_is_queued_or_waits_to_be_tried_again(world):
    job = world.add_job("backup", every="1m", max_retries=1, overlap="queue_all")
    world.after(60)
    world.run(Status.FAILED)
    world.after(60)
    world.jobs.delete("backup", ANA)
    assert world.statuses(job) == ["failed", "cancelled", "cancelled"]
    assert world.last(job).reason == "cancelled by ana: the job was deleted"


def test_what_runs_when_its_job_is_deleted_finishes(world):
    job = world.add_job("backup", overlap="queue_one")
    world.executions.execute("backup", ANA)
    (attempt,) = world.claim()
    world.jobs.delete("backup", ANA)
    assert world.end(attempt)
    assert world.statuses(job) == ["succeeded"]
    assert world.after(86400).jobs == 0


def test_every_change_is_in_the_audit_log_with_before_and_after(world):
    world.add_job("backup", title="one")
    patched(world, title="two")
    world.jobs.delete("backup", ANA)
    assert world.audited() == [
        ("ana", "job.create", "job:backup"),
        ("ana", "job.update", "job:backup"),
        ("ana", "job.delete", "job:backup"),
    ]
