"""The verbs in Python: what every other face can do, a program can do."""

from datetime import timedelta

import pytest

from rota import Actor, Role, Rota
from rota.domain.errors import Conflict, Denied, Invalid, NotFound, Unavailable
from rota.domain.execution import Status
from rota.domain.job import JobStatus
from tests.world import published


@pytest.fixture
def crons(world):
    assert world.generation
    made = Rota(world.url)
    yield made
    made.stop()


def test_a_job_takes_the_time_out_of_its_task_unless_it_says_another(crons, world):
    set_ = published(("back.up",))
    set_["tasks"][0]["timeout"] = 7200
    world.definitions.publish("tests", set_)
    assert crons.jobs.create("mine", "back.up").timeout == 7200
    assert crons.jobs.create("brief", "back.up", timeout=60).timeout == 60


def test_a_job_is_made_in_the_words_of_the_decorator_and_with_the_defaults_of_the_settings(crons):
    crons.config.set("default_timeout", 300)
    made = crons.jobs.create(
        "nightly", "work", daily="02:00", kwargs={"level": 2}, queue="slow", tags=["shop"]
    )
    assert (made.schedule_type, made.schedule_expression, made.task_kwargs) == (
        "daily",
        "02:00",
        {"level": 2},
    )
    assert (made.task_queue, made.timeout) == ("slow", 300)
    assert crons.jobs.get("nightly") == crons.jobs.get(made.id) == made
    assert [job.name for job in crons.jobs.list(tag="shop", status="active", search="night")] == ["nightly"]
    assert crons.jobs.list(is_enabled=False) == []


def test_a_job_is_changed_held_and_taken_away(crons):
    crons.jobs.create("report", "work", every="5m")
    assert crons.jobs.update("report", every="10m", title="Report").schedule_expression == "10m"
    assert crons.jobs.pause("report", reason="migration").pause_reason == "migration"
    assert crons.jobs.resume("report").status is JobStatus.ACTIVE
    assert crons.jobs.disable("report").status is JobStatus.DISABLED
    assert crons.jobs.enable("report").is_enabled
    assert [one.version for one in crons.jobs.versions("report")] == [4, 3, 2, 1]
    assert crons.jobs.restore("report", 1).schedule_expression == "5m"
    first, second = crons.jobs.upcoming("report", 2)
    assert second - first == timedelta(minutes=5)
    crons.jobs.delete("report")
    with pytest.raises(NotFound, match='no job named "report"'):
        crons.jobs.get("report")


def test_a_run_is_asked_for_and_followed(crons, world):
    crons.jobs.create("report", "work")
    queued = crons.jobs.execute("report", by="ana", kwargs={"day": 1})
    assert (queued.status, queued.triggered_by, queued.task_kwargs) == (Status.QUEUED, "ana", {"day": 1})
    with pytest.raises(Conflict):
        crons.jobs.execute("report")
    world.run()
    assert crons.executions.wait(queued.id, 10).status is Status.SUCCEEDED
    again = crons.executions.retry(queued.id)
    assert crons.executions.cancel(again.id, reason="enough").status is Status.CANCELLED
    assert [one.id for one in crons.jobs.history("report")] == [again.id, queued.id]
    assert crons.jobs.history("report", status="cancelled", before=again.id) == []
    assert [one.id for one in crons.executions.list(status="succeeded")] == [queued.id]
    assert crons.executions.logs(queued.id) == []


def test_a_program_sees_how_everything_stands(crons, world):
    node = world.node
    crons.jobs.create("report", "work")
    assert crons.jobs.explain("report").status.startswith("Enabled.")
    assert crons.jobs.overdue() == []
    assert (crons.jobs.stats().total_jobs, crons.jobs.stats().total_runs) == (1, 0)
    assert [task["name"] for task in crons.tasks.list()] == ["work"]
    assert crons.tasks.get("work")["jobs"] == ["report"]
    assert [seen.node.id for seen in crons.nodes.list()] == [node]
    assert {value.name for value in crons.config.list()} >= {"hold_all", "retention_days"}


def test_users_and_tokens_are_made_and_ended(crons):
    assert crons.users.create("ana", "operator").role is Role.OPERATOR
    made = crons.tokens.create("deploy", "ana", scopes=["job.execute"])
    assert crons.tokens.list(user="ana") == [made.token]
    assert crons.product.tokens.lookup(made.text).name == "ana"
    crons.tokens.revoke(made.token.id)
    assert crons.product.tokens.lookup(made.text) is None
    assert crons.users.disable("ana").is_enabled is False
    assert [user.name for user in crons.users.list()] == ["ana"]


def test_the_audit_log_names_who_asked_and_that_a_program_did(crons):
    crons.jobs.create("report", "work", by="ana")
    crons.jobs.pause("report", by=Actor("ben", role=Role.OPERATOR))
    rows = [(row.actor, row.face, row.action) for row in crons.audit.list(target="job:report")]
    assert rows == [("ben", "python", "job.pause"), ("ana", "python", "job.create")]
    assert crons.audit.verify().is_whole
    with pytest.raises(Denied):
        crons.jobs.delete("report", by=Actor("ben", role=Role.OPERATOR))


def test_what_is_wrong_is_told_with_the_field(crons):
    with pytest.raises(Invalid, match='a job has no field "prioritty"'):
        crons.jobs.create("report", "work", prioritty=3)
    with pytest.raises(Invalid, match="keep one of them"):
        crons.jobs.create("report", "work", every="5m", daily="02:00")
    crons.jobs.create("report", "work")
    with pytest.raises(Invalid) as wrong:
        crons.jobs.update("report", timeout=-1)
    assert wrong.value.field == "timeout"


def test_before_there_are_tables_it_is_told_how_to_make_them(database_url):
    crons = Rota(database_url)
    with pytest.raises(Unavailable, match="rota db upgrade"):
        crons.jobs.list()
    crons.stop()
