"""Rule "Overlap", from the slot to the end of what it met."""

import contextlib
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from rota.domain.errors import Conflict
from rota.domain.execution import Status
from rota.domain.job import JobPatch, Overlap
from rota.store.schema import executions
from tests.clock import NOON
from tests.world import ANA

MINUTE = timedelta(minutes=1)
FORBIDDING = [overlap for overlap in Overlap if overlap is not Overlap.ALLOW]


def running(world, overlap: str, **fields):
    """A job of every minute whose first slot runs. Returns its attempt."""
    world.add_job("backup", every="1m", overlap=overlap, **fields)
    world.after(60)
    (attempt,) = world.claim()
    return attempt


def test_skip_records_a_slot_that_meets_a_running_one_with_its_reason(world):
    first = running(world, "skip")
    world.after(60)
    assert world.statuses() == ["running", "skipped"]
    assert world.last().reason == f"execution {first.execution_id} is running"


def test_skip_goes_on_when_the_running_one_has_ended(world):
    world.end(running(world, "skip"))
    world.after(60)
    assert world.statuses() == ["succeeded", "queued"]


def test_several_slots_that_are_skipped_at_once_are_one_row(world):
    running(world, "skip", grace=600)
    world.after(300)
    assert world.statuses() == ["running", "skipped"]
    skipped = world.last()
    assert (skipped.slot_first, skipped.scheduled_for) == (NOON + 2 * MINUTE, NOON + 6 * MINUTE)
    assert skipped.slot_count == 5


def test_queue_one_keeps_the_waiting_one_and_skips_the_later_slot(world):
    first = running(world, "queue_one")
    world.after(60)
    world.after(60)
    assert world.statuses() == ["running", "queued", "skipped"]
    assert world.claim() == []
    world.end(first)
    assert [attempt.scheduled_for for attempt in world.claim()] == [NOON + 2 * MINUTE]


def test_queue_all_runs_every_slot_one_after_the_other(world):
    world.end(running(world, "queue_all"), Status.SUCCEEDED)
    ran = []
    for _ in range(3):
        world.after(60)
    while claimed := world.claim():
        assert len(claimed) == 1
        ran.append(claimed[0].scheduled_for)
        world.end(claimed[0])
    assert ran == [NOON + n * MINUTE for n in (2, 3, 4)]


def test_cancel_running_asks_the_old_one_to_stop_and_starts_the_new_one_when_it_is_final(world):
    old = running(world, "cancel_running")
    world.after(60)
    assert world.history()[0].cancel_requested_by == "rota"
    assert world.claim() == []
    world.end(old, Status.CANCELLED)
    assert [attempt.scheduled_for for attempt in world.claim()] == [NOON + 2 * MINUTE]


@pytest.mark.parametrize("status", [Status.FAILED, Status.TIMED_OUT, Status.LOST])
def test_what_was_asked_to_stop_is_not_retried_however_it_ends(world, status):
    old = running(world, "cancel_running", max_retries=3)
    world.after(60)
    world.end(old, status)
    assert world.statuses() == [status.value, "queued"]
    assert [attempt.scheduled_for for attempt in world.claim()] == [NOON + 2 * MINUTE]


def test_cancel_running_replaces_a_slot_that_still_waits_behind_the_old_one(world):
    old = running(world, "cancel_running")
    world.after(60)
    world.after(60)
    assert world.statuses() == ["running", "cancelled", "queued"]
    assert world.history()[1].reason == "cancelled by rota: replaced by the slot of 2026-03-02 12:03:00 UTC"
    world.end(old, Status.CANCELLED)
    assert [attempt.scheduled_for for attempt in world.claim()] == [NOON + 3 * MINUTE]


def test_allow_runs_slots_beside_each_other(world):
    running(world, "allow")
    world.after(60)
    assert len(world.claim()) == 1
    assert world.statuses() == ["running", "running"]


@pytest.mark.parametrize("overlap", ["skip", "queue_one"])
def test_a_manual_run_that_may_not_overlap_is_a_conflict_that_names_the_active_one(world, overlap):
    first = running(world, overlap)
    if overlap == "queue_one":
        world.after(60)
    with pytest.raises(Conflict, match=f"execution {first.execution_id} is running") as refused:
        world.executions.execute("backup", ANA)
    assert refused.value.code == "overlap"


@pytest.mark.parametrize("overlap", FORBIDDING)
def test_force_never_overrides_the_overlap_policy(world, overlap):
    running(world, overlap)
    with contextlib.suppress(Conflict):
        world.executions.execute("backup", ANA, force=True)
    assert world.claim() == []


def test_a_manual_run_waits_behind_what_runs_where_the_policy_queues(world):
    first = running(world, "queue_one")
    mine = world.executions.execute("backup", ANA)
    assert world.claim() == []
    world.end(first)
    assert [attempt.execution_id for attempt in world.claim()] == [mine]


def test_a_retry_that_waits_fills_the_place(world):
    first = running(world, "skip", max_retries=1, backoff=50)
    world.clock.advance(40)
    world.end(first, Status.FAILED)
    world.after(20)
    assert world.statuses() == ["failed", "queued", "skipped"]


def test_a_retry_goes_before_the_slots_that_wait_behind_its_predecessor(world):
    first = running(world, "queue_all", max_retries=1)
    world.after(60)
    world.end(first, Status.FAILED)
    world.clock.advance(1)
    (retry,) = world.claim()
    assert (retry.attempt, retry.scheduled_for) == (2, NOON + MINUTE)
    world.end(retry)
    assert [attempt.scheduled_for for attempt in world.claim()] == [NOON + 2 * MINUTE]


def test_a_cancelled_retry_lets_go_what_waited_behind_it(world):
    first = running(world, "queue_one", max_retries=1, backoff=30)
    world.after(60)
    world.end(first, Status.FAILED)
    retry = world.last()
    world.executions.cancel(retry.id, ANA)
    assert [attempt.scheduled_for for attempt in world.claim()] == [NOON + 2 * MINUTE]


def test_what_waits_is_let_go_by_the_policy_that_holds_when_the_running_one_ends(world):
    first = running(world, "skip")
    world.jobs.update("backup", JobPatch(overlap=Overlap.QUEUE_ONE), ANA)
    world.after(60)
    assert world.claim() == []
    world.end(first)
    assert [attempt.scheduled_for for attempt in world.claim()] == [NOON + 2 * MINUTE]


def test_what_waits_may_go_at_once_when_overlap_becomes_allowed(world):
    running(world, "queue_all")
    world.after(60)
    world.after(60)
    world.jobs.update("backup", JobPatch(overlap=Overlap.ALLOW), ANA)
    assert len(world.claim()) == 2


def test_what_waits_loses_its_place_when_the_job_may_no_longer_queue(world):
    running(world, "queue_all")
    world.after(60)
    world.jobs.update("backup", JobPatch(overlap=Overlap.SKIP), ANA)
    assert world.statuses() == ["running", "cancelled"]


@pytest.mark.parametrize("overlap", FORBIDDING)
def test_what_was_queued_while_overlap_was_allowed_runs_one_at_a_time_when_it_no_longer_is(world, overlap):
    world.add_job("backup", every="1m", overlap="allow")
    for _ in range(3):
        world.after(60)
    world.jobs.update("backup", JobPatch(overlap=overlap), ANA)
    assert [attempt.scheduled_for for attempt in world.claim()] == [NOON + MINUTE]
    assert world.claim() == []


@pytest.mark.parametrize("overlap", FORBIDDING)
def test_what_was_running_when_overlap_was_forbidden_is_waited_for(world, overlap):
    first = running(world, "allow", max_retries=1)
    world.after(60)
    world.claim()
    world.jobs.update("backup", JobPatch(overlap=overlap), ANA)
    world.end(first, Status.FAILED)
    world.clock.advance(30)
    assert world.claim() == []


def test_the_database_itself_refuses_a_second_running_execution_of_a_job(world):
    running(world, "queue_one")
    world.after(60)
    mend = update(executions).where(executions.c.status == "queued")
    with pytest.raises(IntegrityError), world.db.write() as conn:
        conn.execute(mend.values(status="running", owner=world.node))
