"""An ending is written once, by the owner, with all that follows from it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from rota.domain.attempt import Ending, Line
from rota.domain.execution import Status
from rota.domain.plan import AHEAD
from rota.engine.ending import end
from rota.store.schema import rollups
from tests.clock import NOON
from tests.world import ANA

SECOND = timedelta(seconds=1)


def begun(world, **fields):
    """A manual run that has begun. Returns its attempt."""
    if not world.jobs.search():
        world.add_job("backup", **fields)
    world.executions.execute("backup", ANA)
    (attempt,) = world.claim()
    return attempt


def test_an_ending_is_recorded_with_all_that_is_known_of_it(world):
    attempt = begun(world)
    world.clock.advance(2)
    world.end(
        attempt, Status.FAILED, started_at=NOON + SECOND, exit_code=3, error_type="ValueError",
        error_message="no", stack_trace="line 1", message="half done", result='{"rows": [1]}',
        items_processed=7, items_failed=2, metrics={"speed": 1.5}, peak_memory_mb=12.5, cpu_seconds=0.25,
        output_bytes=9, output_dropped=1, reason="raised", warning="odd",
    )  # fmt: skip
    row = world.last()
    assert (row.status, row.exit_code, row.error_type, row.error_message) == ("failed", 3, "ValueError", "no")
    assert (row.stack_trace, row.message, row.result) == ("line 1", "half done", {"rows": [1]})
    assert (row.items_processed, row.items_failed, row.metrics) == (7, 2, {"speed": 1.5})
    assert (row.peak_memory_mb, row.cpu_seconds, row.cpu_percent) == (12.5, 0.25, 25.0)
    assert (row.output_bytes, row.output_dropped, row.reason, row.warning) == (9, 1, "raised", "odd")
    assert (row.started_at, row.ended_at, row.duration_ms) == (NOON + SECOND, NOON + 2 * SECOND, 1000)


def test_the_last_lines_are_stored_with_the_ending(world):
    attempt = begun(world)
    world.end(attempt, lines=[Line(1, NOON, "out", "hello"), Line(2, NOON, "error", "a\0b")])
    assert [line.text for line in world.executions.lines(attempt.execution_id)] == ["hello", "a␀b"]


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.CANCELLED, Status.LOST])
def test_what_has_ended_never_changes(world, status):
    attempt = begun(world)
    world.end(attempt, status)
    before = world.last()
    assert not world.end(attempt, Status.FAILED, message="too late")
    assert world.last() == before


def test_a_write_by_someone_who_no_longer_owns_the_row_changes_nothing(world):
    attempt = begun(world, max_retries=3)
    stranger = world.add_node("other")
    before = (world.history(), world.jobs.get("backup"))
    line = Line(1, NOON, "out", "stale")
    assert not world.end(attempt, Status.FAILED, node=stranger, lines=[line])
    assert (world.history(), world.jobs.get("backup")) == before
    assert world.executions.lines(attempt.execution_id) == []


def test_a_batch_ends_what_is_owned_and_leaves_the_rest(world):
    for name in ("a", "b", "c"):
        world.add_job(name)
        world.executions.execute(name, ANA)
    mine, other = world.claim(2), world.claim(1, node=world.add_node("other"))
    now = world.clock.now()
    pairs = [(one, Ending(one.execution_id, Status.SUCCEEDED, now)) for one in (*mine, *other)]
    with world.db.write() as conn:
        moved = end(world.db, conn, world.node, pairs, now)
    assert moved == {one.execution_id for one in mine}
    assert world.statuses() == ["succeeded", "succeeded", "running"]


def test_a_job_counts_its_runs_successes_and_failures(world):
    for status in (Status.SUCCEEDED, Status.FAILED, Status.TIMED_OUT, Status.CANCELLED, Status.SUCCEEDED):
        attempt = begun(world)
        world.clock.advance(2)
        world.end(attempt, status, started_at=world.clock.now() - 2 * SECOND)
    job = world.jobs.get("backup")
    assert (job.total_runs, job.successful_runs, job.failed_runs) == (5, 2, 2)
    assert (job.success_rate, job.average_duration_ms) == (0.5, 2000)
    assert (job.last_status, job.last_duration_ms) == ("succeeded", 2000)
    assert job.last_run == world.clock.now() - 2 * SECOND


def test_history_and_rollups_agree_by_count(world):
    world.add_job("backup", every="1m", max_retries=1)
    statuses = [Status.FAILED, Status.SUCCEEDED, Status.FAILED, Status.LOST]
    for status in statuses:
        world.after(30)
        world.run(status)
    world.after(4000)
    told: dict[str, int] = {}
    for row in world.history():
        if row.is_final:
            told[row.status.value] = told.get(row.status.value, 0) + row.slot_count
    with world.db.read() as conn:
        counted: dict[str, int] = {}
        for status, n in conn.execute(select(rollups.c.status, rollups.c.n)):
            counted[status] = counted.get(status, 0) + n
    assert counted == told
    assert told["missed"] > 50


def test_a_retry_is_a_new_row_with_the_next_attempt_of_the_same_slot(world):
    world.add_job("backup", every="1h", max_retries=2)
    world.after(3600)
    world.run(Status.FAILED)
    first, retry = world.history()
    assert (retry.attempt, retry.first_id, retry.trigger) == (2, first.id, "retry")
    assert (retry.scheduled_for, retry.not_before) == (first.scheduled_for, first.ended_at + SECOND)


def test_attempts_are_one_to_k_without_holes_and_then_it_is_over(world):
    world.add_job("backup", every="1h", max_retries=3)
    world.after(3600)
    for _ in range(6):
        world.run(Status.FAILED)
        world.clock.advance(30)
    assert [row.attempt for row in world.history()] == [1, 2, 3, 4]


def test_a_retry_is_not_taken_before_it_is_about_to_be_due(world):
    attempt = begun(world, max_retries=1, backoff=10)
    world.end(attempt, Status.FAILED)
    before = 10 - AHEAD.total_seconds() - 0.1
    world.clock.advance(before)
    assert world.claim() == []
    world.clock.advance(10 - before)
    assert [one.attempt for one in world.claim()] == [2]


def test_all_attempts_of_a_slot_or_run_share_their_idempotency_key(world):
    attempt = begun(world, max_retries=1)
    world.end(attempt, Status.FAILED)
    world.clock.advance(1)
    (second,) = world.claim()
    assert second.idempotency_key == attempt.idempotency_key
    assert second.execution_id != attempt.execution_id


def test_a_retry_has_the_arguments_of_the_run_that_it_repeats(world):
    world.add_job("backup", max_retries=1, task_kwargs={"path": "/a", "deep": True})
    world.executions.execute("backup", ANA, kwargs={"path": "/b"})
    world.run(Status.FAILED)
    world.clock.advance(1)
    (retry,) = world.claim()
    assert world.last().task_kwargs == {"path": "/b", "deep": True}
    assert '"/b"' in retry.kwargs


def test_a_retry_brought_forward_to_the_next_slot_says_so(world):
    world.add_job("backup", every="1m", max_retries=1)
    world.after(60)
    world.run(Status.FAILED, retry_after=300)
    retry = world.last()
    assert retry.not_before == NOON + 120 * SECOND
    assert retry.warning.startswith("retry brought forward")


def test_nothing_is_retried_of_a_job_that_was_deleted_meanwhile(world):
    attempt = begun(world, max_retries=3)
    world.jobs.delete("backup", ANA)
    assert world.end(attempt, Status.FAILED)
    assert world.statuses() == ["failed"]


def test_a_retry_of_a_paused_job_waits_for_its_resuming(world):
    attempt = begun(world, max_retries=1)
    world.holds.pause("backup", ANA)
    world.end(attempt, Status.FAILED)
    world.clock.advance(60)
    assert world.claim() == []
    world.holds.resume("backup", ANA)
    assert [one.attempt for one in world.claim()] == [2]


def test_two_losses_in_a_row_let_the_job_start_next_only_alone(world):
    for _ in range(2):
        world.end(begun(world), Status.LOST)
    world.executions.execute("backup", ANA)
    assert world.claim(busy=1) == []
    (alone,) = world.claim(busy=0)
    assert alone.solitary


def test_a_slot_after_two_losses_starts_alone_too(world):
    world.add_job("backup", every="1m")
    for _ in range(2):
        world.after(60)
        world.run(Status.LOST)
    world.after(60)
    assert [attempt.solitary for attempt in world.claim()] == [True]


def test_a_job_lost_alone_is_paused_by_rota_as_poison(world):
    for _ in range(3):
        world.end(begun(world, max_retries=0), Status.LOST)
    job = world.jobs.get("backup")
    assert (job.status, job.paused_by) == ("paused", "rota")
    assert job.pause_reason.startswith("poison: execution")
    assert ("rota", "job.pause", "job:backup") in world.audited()


def test_a_success_forgives_the_losses_before_it(world):
    for status in (Status.LOST, Status.LOST, Status.SUCCEEDED, Status.LOST):
        world.end(begun(world), status)
    world.executions.execute("backup", ANA)
    assert [attempt.solitary for attempt in world.claim()] == [False]


def test_what_a_shutdown_cut_short_is_retried_and_never_counted_as_poison(world):
    attempt = begun(world, max_retries=9, backoff=0)
    for _ in range(5):
        world.end(attempt, Status.LOST, reason="shutdown: it was killed because its node ended")
        (attempt,) = world.claim()
        assert not attempt.solitary
    assert world.jobs.get("backup").status == "active"


def test_a_hold_of_an_operator_is_not_taken_over_by_a_loss(world):
    for _ in range(2):
        world.end(begun(world), Status.LOST)
    attempt = begun(world)
    world.holds.pause("backup", ANA, reason="moving house")
    world.end(attempt, Status.LOST)
    job = world.jobs.get("backup")
    assert (job.paused_by, job.pause_reason) == ("ana", "moving house")
