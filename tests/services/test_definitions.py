"""What code declares meets what the database holds: the newest set with a live node wins."""

from datetime import timedelta

import pytest

from rota.domain.errors import Conflict
from rota.domain.job import JobPatch, JobSpec
from tests.clock import NOON
from tests.world import ANA, published


def spec(name: str = "report", **fields) -> JobSpec:
    given = {"task_name": "work", "schedule_type": "daily", "schedule_expression": "13:00"} | fields
    return JobSpec(name=name, **given)


def deploy(world, *jobs: JobSpec, app: str = "shop", **extra):
    """A node of `app` starts whose code declares `jobs`. Returns the node and how many jobs changed."""
    generation = world.definitions.publish(app, published(jobs=jobs, **extra))
    node = world.add_node(app, app=app, generation_id=generation)
    return node, world.definitions.settle(app)


def stop(world, node: int, app: str = "shop"):
    """The node stops in good order; then its app is settled again."""
    from rota.store import nodes

    with world.db.write() as conn:
        nodes.leave(conn, node, world.clock.now())
    return world.definitions.settle(app)


def standing(world) -> dict[str, str]:
    return {job.name: job.status.value for job in world.jobs.search()}


def test_a_declared_job_is_made_by_code_and_fires(world):
    _, changed = deploy(world, spec(title="Report"))
    job = world.jobs.get("report")
    assert changed == 1
    assert (job.origin, job.app, job.source, job.title) == ("code", "shop", "tests.py:1", "Report")
    assert world.after(3600).queued == 1


def test_settling_again_changes_nothing(world):
    deploy(world, spec())
    before = world.jobs.get("report")
    assert world.definitions.settle("shop") == 0
    assert deploy(world, spec())[1] == 0
    assert world.jobs.get("report") == before


def test_a_new_deploy_changes_what_it_declares_otherwise(world):
    deploy(world, spec(title="one"))
    assert deploy(world, spec(title="two"))[1] == 1
    job = world.jobs.get("report")
    assert (job.title, job.version) == ("two", 2)


def test_an_older_node_never_overwrites_a_newer_set(world):
    deploy(world, spec(title="old"))
    deploy(world, spec(title="new"))
    assert deploy(world, spec(title="old"))[1] == 0
    assert world.jobs.get("report").title == "new"


def test_when_the_last_node_of_the_newest_set_ends_the_older_set_holds_again(world):
    deploy(world, spec(title="old"))
    newest, _ = deploy(world, spec(title="new"))
    assert stop(world, newest) == 1
    assert world.jobs.get("report").title == "old"


def test_a_job_vanishes_only_when_no_live_node_declares_it(world):
    old, _ = deploy(world, spec("kept"), spec("dropped"))
    deploy(world, spec("kept"))
    assert standing(world) == {"kept": "active", "dropped": "active"}
    stop(world, old)
    assert standing(world) == {"kept": "active", "dropped": "vanished"}
    assert world.jobs.get("dropped").next_run is None


def test_a_vanished_job_comes_back_with_its_declaration(world):
    old, _ = deploy(world, spec("kept"), spec("dropped"))
    deploy(world, spec("kept"))
    stop(world, old)
    deploy(world, spec("kept"), spec("dropped", title="again"))
    assert standing(world) == {"kept": "active", "dropped": "active"}
    assert world.jobs.get("dropped").next_run is not None


def test_a_vanished_job_can_not_be_run(world):
    old, _ = deploy(world, spec("kept"), spec("dropped"))
    deploy(world, spec("kept"))
    stop(world, old)
    with pytest.raises(Conflict, match='no live node declares job "dropped" any more'):
        world.executions.execute("dropped", ANA, force=True)


def test_the_slots_of_a_vanished_job_that_nobody_planned_are_told_and_it_comes_back_from_now_on(world):
    old, _ = deploy(world, spec("kept"), spec("dropped", schedule_type="interval", schedule_expression="1m"))
    deploy(world, spec("kept"))
    world.clock.advance(150)
    stop(world, old)
    row = world.last("dropped")
    assert (row.status, row.slot_count) == ("skipped", 2)
    assert row.reason.startswith("vanished before they were planned: 2 slots")
    world.clock.advance(600)
    deploy(world, spec("dropped", schedule_type="interval", schedule_expression="1m"))
    assert world.jobs.get("dropped").next_run == NOON + timedelta(minutes=13)
    assert len(world.history("dropped")) == 1


def test_a_node_for_one_execution_decides_nothing_for_the_others(world):
    deploy(world, spec(title="of the nodes"))
    generation = world.definitions.publish("shop", published(jobs=[spec(title="of the desk")]))
    world.add_node("desk", app="shop", generation_id=generation, info={"only": 7})
    assert world.definitions.settle("shop") == 0
    assert world.jobs.get("report").title == "of the nodes"


def test_the_problems_of_a_set_are_those_of_who_published_it_last(world):
    old, _ = deploy(world, spec("kept"), spec("dropped"))
    problem = {"module": "shop.jobs", "file": "jobs.py", "line": 3, "message": "no", "traceback": ""}
    deploy(world, spec("kept"), problems=[problem], hash="one")
    deploy(world, spec("kept"), problems=[], hash="one")
    stop(world, old)
    assert standing(world)["dropped"] == "vanished"


def test_a_stopped_application_has_not_taken_its_jobs_back(world):
    node, _ = deploy(world, spec())
    assert stop(world, node) == 0
    assert standing(world) == {"report": "active"}


def test_what_is_missing_from_modules_that_could_not_be_imported_does_not_vanish(world):
    old, _ = deploy(world, spec("kept"), spec("dropped"))
    problem = {"module": "shop.jobs", "file": "jobs.py", "line": 3, "message": "no", "traceback": ""}
    deploy(world, spec("kept"), problems=[problem], hash="broken")
    stop(world, old)
    assert standing(world) == {"kept": "active", "dropped": "active"}


def test_the_broken_modules_of_one_application_are_no_matter_of_another(world):
    problem = {"module": "blog.jobs", "file": "jobs.py", "line": 3, "message": "no", "traceback": ""}
    deploy(world, app="blog", problems=[problem], hash="broken")
    old, _ = deploy(world, spec("kept"), spec("dropped"))
    deploy(world, spec("kept"))
    stop(world, old)
    assert standing(world)["dropped"] == "vanished"


def test_a_second_application_on_one_database_changes_nothing_of_the_first(world):
    deploy(world, spec("a"), app="shop")
    deploy(world, spec("b"), app="blog")
    assert world.definitions.settle("shop") == world.definitions.settle("blog") == 0
    assert standing(world) == {"a": "active", "b": "active"}


def test_a_name_that_another_application_has_stays_with_it(world):
    deploy(world, spec(title="of the shop"), app="shop")
    deploy(world, spec(title="of the blog"), spec("other"), app="blog")
    job = world.jobs.get("report")
    assert (job.app, job.title) == ("shop", "of the shop")
    assert standing(world)["other"] == "active"
    assert world.definitions.settle("shop") == world.definitions.settle("blog") == 0


def test_what_an_operator_changed_stays_and_is_known_as_drift(world):
    deploy(world, spec(title="one"))
    world.jobs.update("report", JobPatch(schedule_expression="15:00"), ANA)
    deploy(world, spec(title="two"))
    job = world.jobs.get("report")
    assert (job.title, job.schedule_expression) == ("two", "15:00")
    assert job.overrides == {"schedule_expression": "15:00"}
    assert world.definitions.settle("shop") == 0


def test_a_job_that_an_operator_disabled_stays_disabled_over_a_deploy(world):
    deploy(world, spec())
    world.holds.disable("report", ANA)
    deploy(world, spec(title="new"))
    assert standing(world) == {"report": "disabled"}


def test_a_pause_outlives_a_deploy(world):
    deploy(world, spec())
    world.holds.pause("report", ANA, reason="no")
    deploy(world, spec(title="new"))
    job = world.jobs.get("report")
    assert (job.status, job.next_run) == ("paused", None)


def test_a_job_declared_in_code_cannot_be_deleted(world):
    deploy(world, spec())
    with pytest.raises(Conflict, match='job "report" is declared in code') as refused:
        world.jobs.delete("report", ANA)
    assert refused.value.code == "declared_in_code"
    assert refused.value.fix == "remove it from tests.py:1, or disable it"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"schedule_expression": "${REPORT_SCHEDULE}"}, "REPORT_SCHEDULE is not set"),
        ({"schedule_expression": "${SECRET_KEY}"}, "may not be read"),
    ],
)
def test_what_is_wrong_with_one_declared_job_is_its_problem_and_the_rest_goes_on(world, wrong, words):
    deploy(world, spec("broken", **wrong), spec("sound"))
    broken = world.jobs.get("broken")
    assert words in broken.problem
    assert (broken.status, broken.next_run) == ("problem", None)
    assert standing(world)["sound"] == "active"


def test_a_declared_job_whose_only_time_is_past_is_finished_from_the_start(world):
    deploy(world, spec(schedule_type="once", schedule_expression="2020-01-01T00:00:00Z"))
    assert standing(world) == {"report": "finished"}
    assert world.after(60).jobs == 0


def test_a_declared_job_that_becomes_wrong_has_a_problem_until_it_is_mended(world):
    deploy(world, spec())
    deploy(world, spec(schedule_expression="${REPORT_SCHEDULE}"))
    assert standing(world) == {"report": "problem"}
    world.environ["REPORT_SCHEDULE"] = "14:00"
    world.definitions.settle("shop")
    job = world.jobs.get("report")
    assert (job.status, job.problem, job.resolved_expression) == ("active", None, "14:00")


def test_a_problem_that_stays_makes_no_new_version_at_every_start(world):
    deploy(world, spec(schedule_expression="${REPORT_SCHEDULE}"))
    before = world.jobs.get("report")
    deploy(world, spec(schedule_expression="${REPORT_SCHEDULE}"))
    assert world.jobs.get("report").version == before.version


def test_a_set_is_written_once_however_many_nodes_publish_it(world):
    assert len({world.definitions.publish("shop", published(jobs=[spec()])) for _ in range(3)}) == 1
