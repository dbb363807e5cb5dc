"""What an agent asks of a runner, and what it hears."""

import json
import random
import time
from collections import Counter
from itertools import count

import pytest

from rota.domain.attempt import Line
from rota.domain.errors import NotFound
from rota.domain.execution import Status
from rota.executors.events import Beat, Begun, Called, Died, Ended, Hello, Progress, Recalled
from tests.executors.workshop import Workshop, attempt, wait_until


def test_a_body_that_ends_is_reported_with_its_result_and_what_it_used(workshop):
    ending = workshop.run("greet", name="Ada").ending
    assert (ending.status, ending.result, ending.warning) == (Status.SUCCEEDED, '{"name": "Ada"}', None)
    assert ending.started_at < ending.ended_at
    assert 10 < ending.peak_memory_mb < 200
    assert 0 < ending.cpu_seconds < 1


def test_output_keeps_the_order_in_which_it_was_written_by_whatever_means(workshop):
    ending = workshop.run("greet").ending
    assert [(line.source, line.text) for line in ending.lines] == [
        ("out", "hello you"),
        ("warning", "careful"),
        ("warning", "now"),
        ("out", "raw \ufffd\x00 bytes"),
        ("info", "from a library"),
        ("out", "from a child"),
        ("out", "no newline"),
    ]
    assert [line.seq for line in ending.lines] == [1, 2, 3, 4, 5, 6, 7]
    assert ending.output_dropped == 0


def test_long_log_entries_are_whole_although_a_child_prints_into_the_same_pipe(workshop):
    lines = workshop.run("log_much").ending.lines
    assert [line.text for line in lines if line.source == "info"] == [
        f"{n} " + "l" * 10_000 for n in range(50)
    ]
    assert [line.text for line in lines if line.source == "out"] == ["child"] * 500


def test_a_batch_runs_one_at_a_time_in_order(workshop):
    workshop.runner.assign([attempt(n, "nothing") for n in range(1, 101)])
    assert [workshop.wait(Ended).ending.execution_id for _ in range(100)] == list(range(1, 101))
    assert workshop.runner.assigned == []


def test_lines_can_be_taken_while_the_body_runs_and_are_not_given_twice(workshop):
    workshop.begin("log_much")
    taken: list[Line] = []
    while not (found := [e for e in workshop.heard if isinstance(e, Ended)]):
        taken += (workshop.runner.take_lines() or (1, []))[1]
        workshop.listen()
    lines = taken + found[0].ending.lines
    assert [line.seq for line in lines] == list(range(1, 551))


def test_progress_is_thinned_out_but_the_last_one_arrives(workshop):
    workshop.run("report")
    told = [event for event in workshop.heard if isinstance(event, Progress)]
    assert len(told) < 10
    assert told[-1] == Progress(1, 500.0, 500.0, "all")
    assert sum(isinstance(event, Beat) for event in workshop.heard) == 1


def test_a_stop_lets_the_body_tidy_up(workshop, tmp_path):
    for task in ("sleep", "sleep_async"):
        number = workshop.begin(task, path=str(tmp_path / task))
        time.sleep(0.05)
        workshop.runner.stop(number, "cancelled by ada")
        ended = workshop.wait(Ended)
        assert ended.stopped
        assert ended.why == "cancelled by ada"
        assert (tmp_path / task).read_text() == "tidied up"
    assert workshop.run("nothing").ending.status == Status.SUCCEEDED


def test_a_stop_reaches_a_body_that_waits_outside_of_python(workshop):
    number = workshop.begin("stuck_in_a_shell")
    time.sleep(0.1)
    workshop.runner.stop(number, "timeout")
    assert workshop.wait(Ended).stopped


def test_a_stop_right_after_begun_is_not_lost(workshop):
    for _ in range(30):
        workshop.runner.stop(workshop.begin("sleep"), "timeout")
        assert workshop.wait(Ended).stopped


def test_what_arrives_just_before_a_body_waits_is_heard_all_the_same(workshop):
    number = workshop.begin("wait_uninterrupted")
    workshop.runner.assign([attempt(7, "nothing")])
    time.sleep(0.1)
    workshop.runner.recall()
    assert workshop.wait(Recalled).execution_ids == [7]
    workshop.runner.stop(number, "timeout")
    assert workshop.wait(Ended).stopped


def test_a_late_stop_never_meets_the_next_body(workshop):
    """The order reaches the keeper when the next body runs already."""
    for number in range(2, 102, 2):
        workshop.runner.assign([attempt(number, "nothing"), attempt(number + 1, "sleep", seconds=0.02)])
        while workshop.wait(Begun).execution_id != number + 1:
            pass
        workshop.runner._keeping.order(f"s {number}")
        assert workshop.wait(Recalled).execution_ids == []
        assert [workshop.wait(Ended).stopped for _ in range(2)] == [False, False]


def test_a_stop_of_what_has_not_begun_gives_it_back(workshop):
    workshop.begin("sleep", seconds=0.3)
    workshop.runner.assign([attempt(7, "nothing"), attempt(8, "nothing")])
    workshop.runner.stop(8, "cancelled")
    assert workshop.wait(Recalled).execution_ids == [7, 8]
    assert not workshop.wait(Ended).stopped
    assert workshop.runner.assigned == []


def test_what_waits_behind_a_long_body_can_be_recalled(workshop):
    workshop.runner.assign([attempt(n, "sleep", seconds=0.3) for n in range(1, 6)])
    workshop.wait(Begun)
    workshop.runner.recall()
    assert workshop.wait(Recalled).execution_ids == [2, 3, 4, 5]
    assert workshop.runner.assigned == [1]
    assert workshop.wait(Ended).ending.result == '"slept"'


def test_nothing_is_lost_or_run_twice_however_often_it_is_stopped_and_recalled(workshop):
    """Whatever was assigned ends once or comes back once, and only a body that was to stop is stopped."""
    chance = random.Random(7)
    runner, ids, asked = workshop.runner, count(1), set()
    over: Counter[int] = Counter()
    for turn in range(400):
        if len(runner.assigned) < 20:
            tasks = chance.choices(["nothing", "sleep_async_shortly", "greet"], k=10)
            runner.assign([attempt(next(ids), task) for task in tasks])
        if chance.random() < 0.2:
            runner.recall()
        if runner.assigned and chance.random() < 0.5:
            asked.add(runner.assigned[0])
            runner.stop(runner.assigned[0], f"in turn {turn}")
        workshop.listen()
    while runner.assigned:
        workshop.listen()
    for event in workshop.heard:
        if isinstance(event, Ended):
            over[event.ending.execution_id] += 1
            assert not event.stopped or event.ending.execution_id in asked
        if isinstance(event, Recalled):
            over.update(event.execution_ids)
    assert over == {execution_id: 1 for execution_id in range(1, next(ids))}


def test_an_idle_runner_answers_a_recall(workshop):
    workshop.runner.recall()
    assert workshop.wait(Recalled).execution_ids == []


def test_a_runner_that_is_closed_ends_by_itself(workshop):
    workshop.run("nothing")
    workshop.runner.close()
    died = workshop.wait(Died)
    assert (died.exit_code, died.planned, died.running, workshop.runner.dead) == (0, True, None, True)


def test_a_body_finds_no_secret_of_rota_in_its_environment(workshop):
    found = json.loads(workshop.run("look_around").ending.result)["environment"]
    assert not {"ROTA_DATABASE_URL", "ROTA_SECRET_KEY", "ROTA_BROKER_URL"} & found.keys()
    assert found["ROTA_RUNNER"] == workshop.marker


def test_memory_of_the_tree_is_known_while_it_runs(workshop):
    workshop.begin("take_memory_in_child", megabytes=100)
    wait_until(lambda: workshop.runner.tree_memory_mb() > 100)
    workshop.wait(Ended)


@pytest.mark.parametrize("answer", ["value", "error"])
def test_a_call_to_the_services_waits_for_its_answer(workshop, answer):
    number = workshop.begin("ask")
    called = workshop.wait(Called)
    assert (called.execution_id, called.method, called.args) == (number, "count", {"of": "jobs"})
    workshop.runner.assign([attempt(9, "nothing")])
    if answer == "value":
        workshop.runner.answer(called.call_id, 42)
        assert workshop.wait(Ended).ending.result == "42"
    else:
        workshop.runner.answer(called.call_id, error=NotFound("no jobs", fix="add one"))
        assert workshop.wait(Ended).ending.reason == "no jobs; add one"
    assert workshop.wait(Ended).ending.execution_id == 9


def test_what_a_body_logs_by_structlog_bears_its_execution():
    workshop = Workshop(modules=("tests.executors.structured",))
    try:
        workshop.wait(Hello)
        for number in (1, 2):
            text = " ".join(line.text for line in workshop.run("tell").ending.lines)
            assert "something is odd" in text
            assert f"execution_id={number} job=tell" in text
    finally:
        workshop.end()
