"""What is handed out several at a time: tasks that have been quick, and new ones where new ones have been quick."""

import pytest

from rota.domain.attempt import Attempt
from rota.domain.job import Overlap
from rota.engine.dispatcher import Capacity, choose
from rota.engine.pace import LINE, PART, RECENT, Pace


def pace(*first: float) -> Pace:
    """A pace that has seen a first run of one task after the other."""
    made = Pace()
    for number, duration_ms in enumerate(first):
        made.saw(f"task_{number}", duration_ms)
    return made


def waiting(n):
    return [Attempt(id_, 1, "job", "work", id_, 1, overlap=Overlap.ALLOW) for id_ in range(n)]


def _weight_of(duration_ms):
    seen = Pace()
    for _ in range(RECENT):
        seen.saw("work", duration_ms)
    return seen.weight("work")


def test_a_task_is_quick_by_its_own_recent_runs():
    seen = pace(1, 500)
    assert seen.weight("task_0") < LINE
    assert seen.weight("task_1") == LINE


def test_one_slow_run_of_twenty_leaves_a_task_quick_and_a_second_does_not():
    seen = pace(*[1] * RECENT)
    for duration_ms in [*[1] * (RECENT - 1), 500]:
        seen.saw("task_0", duration_ms)
    assert seen.weight("task_0") < LINE
    seen.saw("task_0", 500)
    assert seen.weight("task_0") == LINE


def test_a_new_task_is_not_quick_before_twenty_others_have_shown_how_new_ones_are():
    assert pace(*[1] * (RECENT - 1)).weight("new") == LINE
    assert pace(*[1] * RECENT).weight("new") < LINE


def test_a_new_task_is_not_quick_where_new_ones_have_been_slow():
    assert pace(*[1] * RECENT, 500, 500).weight("new") == LINE


def test_how_often_a_known_task_ran_says_nothing_of_new_ones():
    seen = pace(1)
    for _ in range(RECENT):
        seen.saw("task_0", 1)
    assert seen.weight("new") == LINE


@pytest.mark.parametrize("duration_ms", [0, 1, 3, 9])
def test_a_full_line_of_quick_executions_is_half_a_second_of_work_at_most(duration_ms):
    weight = _weight_of(duration_ms)
    taken = choose(waiting(2 * LINE), Capacity(idle=1, room=0, busy=0), lambda _: weight)
    assert len(taken) == LINE // weight
    assert len(taken) * duration_ms <= LINE * PART


def test_what_takes_ten_milliseconds_or_more_is_taken_alone():
    weight = _weight_of(10)
    assert len(choose(waiting(5), Capacity(idle=2, room=500, busy=1), lambda _: weight)) == 2
