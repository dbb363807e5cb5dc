"""Runs that somebody asks for: queued, cancelled, waited for, tried again."""

import pytest

from rota.domain.errors import Conflict, Invalid, NotFound
from rota.domain.execution import Status, Trigger
from rota.domain.job import JobPatch
from tests.clock import NOON
from tests.world import ANA, published


def test_a_manual_run_bears_who_asked_and_has_no_slot(world):
    world.add_job("backup", every="1h")
    id_ = world.executions.execute("backup", ANA)
    row = world.executions.get(id_)
    assert (row.trigger, row.triggered_by, row.scheduled_for) == (Trigger.MANUAL, "ana", None)
    assert (row.status, row.queued_at, row.first_id, row.attempt) == (Status.QUEUED, NOON, id_, 1)
    assert world.audited()[-1] == ("ana", "job.execute", "job:backup")


def test_a_manual_run_leaves_the_schedule_as_it_is(world):
    world.add_job("backup", every="1h")
    before = world.jobs.get("backup").next_run
    world.executions.execute("backup", ANA)
    world.run()
    job = world.jobs.get("backup")
    assert (job.next_run, job.last_slot) == (before, None)


@pytest.mark.parametrize(("hold", "code"), [("pause", "paused"), ("disable", "disabled")])
def test_a_run_of_a_held_job_is_a_conflict_unless_it_is_forced(world, hold, code):
    world.add_job("backup")
    getattr(world.holds, hold)("backup", ANA)
    with pytest.raises(Conflict, match="or force this run") as refused:
        world.executions.execute("backup", ANA)
    assert refused.value.code == code
    world.executions.execute("backup", ANA, force=True)
    assert len(world.claim()) == 1


def test_arguments_of_one_run_replace_those_of_the_same_name(world):
    world.add_job("backup", task_kwargs={"path": "/a", "deep": True})
    world.executions.execute("backup", ANA, kwargs={"path": "/b"})
    (attempt,) = world.claim()
    assert world.last().task_kwargs == {"path": "/b", "deep": True}
    assert attempt.override
    assert world.jobs.get("backup").task_kwargs == {"path": "/a", "deep": True}


def test_arguments_of_one_run_are_checked_like_the_jobs(world):
    told = published(["strict"])
    told["tasks"][0]["schema"] = {"type": "object", "properties": {"days": {"type": "integer"}}}
    world.definitions.publish("other", told)
    world.add_job("backup", task_name="strict")
    with pytest.raises(Invalid, match='argument "days"') as refused:
        world.executions.execute("backup", ANA, kwargs={"days": "many"})
    assert refused.value.field == "override_kwargs"
    assert world.count() == 0


def test_what_is_queued_is_cancelled_at_once(world):
    world.add_job("backup")
    id_ = world.executions.execute("backup", ANA)
    row = world.executions.cancel(id_, ANA, reason="not today")
    assert (row.status, row.reason) == (Status.CANCELLED, "cancelled by ana: not today")
    assert row.ended_at == NOON
    assert world.claim() == []


def test_what_runs_is_asked_to_stop_and_says_who_asked(world):
    world.add_job("backup")
    id_ = world.executions.execute("backup", ANA)
    world.claim()
    row = world.executions.cancel(id_, ANA)
    assert (row.status, row.cancel_requested_by) == (Status.RUNNING, "ana")


def test_what_is_over_cannot_be_cancelled(world):
    world.add_job("backup")
    id_ = world.executions.execute("backup", ANA)
    world.run()
    with pytest.raises(Conflict, match=f"execution {id_} is over; it ended as succeeded"):
        world.executions.cancel(id_, ANA)


def test_an_execution_that_does_not_exist_is_not_found(world):
    for ask in (world.executions.get, world.executions.lines, world.executions.retry):
        with pytest.raises(NotFound, match="no execution 77"):
            ask(77, ANA) if ask == world.executions.retry else ask(77)


def test_what_ended_can_be_run_again_with_the_same_arguments(world):
    world.add_job("backup", task_kwargs={"path": "/a"})
    id_ = world.executions.execute("backup", ANA, kwargs={"path": "/b"})
    with pytest.raises(Conflict, match="wait, or cancel it"):
        world.executions.retry(id_, ANA)
    world.run(Status.FAILED)
    again = world.executions.get(world.executions.retry(id_, ANA))
    assert (again.task_kwargs, again.first_id, again.attempt) == ({"path": "/b"}, again.id, 1)


def test_running_again_has_the_arguments_of_then_although_the_job_has_others_now(world):
    world.add_job("backup", task_kwargs={"path": "/then"})
    id_ = world.executions.execute("backup", ANA)
    world.run(Status.FAILED)
    world.jobs.update("backup", JobPatch(task_kwargs={"path": "/now", "deep": True}), ANA)
    again = world.executions.get(world.executions.retry(id_, ANA))
    assert again.task_kwargs == {"path": "/then"}


@pytest.mark.parametrize("hold", ["pause", "disable"])
def test_running_again_what_is_held_is_a_conflict_unless_it_is_forced(world, hold):
    world.add_job("backup")
    id_ = world.executions.execute("backup", ANA)
    world.run(Status.FAILED)
    getattr(world.holds, hold)("backup", ANA)
    with pytest.raises(Conflict, match="or force this run"):
        world.executions.retry(id_, ANA)
    assert world.executions.retry(id_, ANA, force=True)


def test_waiting_ends_with_the_execution_or_with_the_patience(world):
    world.add_job("backup")
    id_ = world.executions.execute("backup", ANA)
    assert world.executions.wait(id_, 5, world.clock.advance) is None
    (attempt,) = world.claim()

    def nap(seconds: float) -> None:
        world.clock.advance(seconds)
        if world.clock.seconds > 1010:
            world.end(attempt)

    ended = world.executions.wait(id_, 60, nap)
    assert ended is not None
    assert ended.status is Status.SUCCEEDED


def test_a_database_that_is_away_is_waited_for_too(world, monkeypatch):
    from rota.domain.errors import Unavailable

    world.add_job("backup")
    id_ = world.executions.execute("backup", ANA)
    world.run()
    answers = iter([Unavailable("away"), Unavailable("away"), world.executions.get(id_)])

    def get(_: int):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(world.executions, "get", get)
    assert world.executions.wait(id_, None, world.clock.advance) == world.last()


def test_the_history_is_read_newest_first_page_by_page(world):
    from rota.store.history import Filter

    world.add_job("backup", overlap="allow")
    ids = [world.executions.execute("backup", ANA) for _ in range(5)]
    first = world.executions.search(size=2)
    second = world.executions.search(Filter(before_id=first[-1].id), size=2)
    assert [row.id for row in (*first, *second)] == ids[:0:-1]
