"""A node takes what it can begin: in order, of its queues, of tasks that it knows."""

from rota.domain.job import JobPatch
from rota.engine.dispatcher import Capacity, choose
from rota.engine.pace import LINE
from tests.world import ANA, published


def execute(world, name: str, **fields):
    world.add_job(name, **fields)
    return world.executions.execute(name, ANA)


def names(claimed) -> list[str]:
    return [attempt.job_name for attempt in claimed]


def test_a_claim_makes_an_execution_the_nodes_own(world):
    id_ = execute(world, "backup")
    (attempt,) = world.claim()
    row = world.last()
    assert (attempt.execution_id, row.status, row.node_id) == (id_, "running", world.node)
    assert row.started_at == world.clock.now()
    assert world.claim() == []


def test_priority_nine_goes_first_and_first_in_first_out_within_one(world):
    for name, priority in (("a", 5), ("b", 0), ("c", 9), ("d", 5), ("e", 9)):
        execute(world, name, task_priority=priority)
    assert names(world.claim()) == ["c", "e", "a", "d", "b"]


def test_a_node_takes_no_more_than_its_runners_can_begin(world):
    for name in "abcde":
        execute(world, name)
    assert names(world.claim(2)) == ["a", "b"]
    assert names(world.claim(2)) == ["c", "d"]


def test_quick_tasks_are_handed_out_several_at_a_time_and_slow_ones_never(world):
    world.definitions.publish("tests", published(["work", "slow"]))
    generation = world.definitions.publish("tests", published(["work", "slow"]))
    for number in range(5):
        execute(world, f"quick_{number}")
        execute(world, f"slow_{number}", task_name="slow")
    taken = world.claim(2, weight=lambda task: 1 if task == "work" else LINE, generation=generation)
    assert sum(attempt.task_name == "slow" for attempt in taken) == 1
    assert sum(attempt.task_name == "work" for attempt in taken) == 5


def test_a_node_serves_only_its_queues(world):
    execute(world, "a", task_queue="mail")
    execute(world, "b", task_queue="maintenance")
    assert names(world.claim(queues=["mail"])) == ["a"]
    assert names(world.claim(queues=["nothing"])) == []
    assert names(world.claim(queues=["main*"])) == ["b"]


def test_a_full_queue_of_a_higher_priority_does_not_hide_another_queue(world):
    for number in range(5):
        execute(world, f"mail_{number}", task_queue="mail", task_priority=9)
    execute(world, "urgent", task_queue="zoo", task_priority=9)
    execute(world, "first", task_queue="alpha", task_priority=0)
    assert names(world.claim(7))[-1] == "first"


def test_a_claim_takes_only_tasks_that_the_node_knows(world):
    other = world.definitions.publish("other", published(["different"]))
    execute(world, "backup")
    assert world.claim(generation=other) == []
    assert names(world.claim()) == ["backup"]


def test_a_node_that_is_there_for_one_execution_takes_no_other(world):
    execute(world, "a")
    wanted = execute(world, "b")
    assert names(world.claim(only=wanted)) == ["b"]


def test_what_is_begun_bears_the_version_that_runs(world):
    execute(world, "backup", timeout=5)
    world.jobs.update("backup", JobPatch(timeout=60), ANA)
    (attempt,) = world.claim()
    assert (attempt.timeout, attempt.version, world.last().version) == (60, 2, 2)


def test_a_solitary_execution_waits_until_nothing_else_runs_and_holds_up_what_comes_after(world):
    execute(world, "poisonous")
    execute(world, "behind")
    waiting = world.claim(2)
    queue = [waiting[0]._replace(solitary=True), waiting[1]]
    assert choose(queue, Capacity(idle=1, room=0, busy=1), lambda _: LINE) == []
    assert choose(queue, Capacity(idle=2, room=0, busy=0), lambda _: LINE) == queue[:1]


def test_two_executions_of_a_job_that_may_not_overlap_are_never_taken_together(world):
    execute(world, "backup")
    (attempt,) = world.claim()
    twice = [attempt, attempt._replace(execution_id=99)]
    assert choose(twice, Capacity(idle=2, room=9, busy=0), lambda _: 1) == [attempt]
