"""Rule "Retries": min(base * 2^(k-1), cap) after the END of attempt k."""

from datetime import timedelta

import pytest

from rota.domain.attempt import Attempt, Ending
from rota.domain.consequence import POISON, Again, again, is_poison, losses_after
from rota.domain.execution import Status
from rota.domain.job import Overlap
from rota.domain.retry import due_again, wait_before_retry
from tests.clock import NOON

SECOND = timedelta(seconds=1)


def attempt(number: int = 1, **fields) -> Attempt:
    return Attempt(7, 1, "backup", "work", 7, number, **{"max_retries": 3} | fields)


def ending(status: Status = Status.FAILED, **fields) -> Ending:
    return Ending(7, status, NOON, NOON - SECOND, **fields)


def waits(number: int, **fields) -> float | None:
    following = again(attempt(number, max_retries=99, **fields), ending(), None, 0)
    return (following.not_before - NOON) / SECOND if following else None


def test_the_wait_doubles_from_one_second_to_thirty():
    assert [waits(k) for k in range(1, 9)] == [1, 2, 4, 8, 16, 30, 30, 30]


def test_base_and_cap_are_the_jobs_own():
    assert [waits(k, backoff=5, backoff_cap=12) for k in (1, 2, 3)] == [5, 10, 12]


def test_a_very_late_attempt_does_not_overflow():
    assert wait_before_retry(1000, base=SECOND, cap=30 * SECOND) == 30 * SECOND


def test_attempts_are_counted_from_one():
    with pytest.raises(ValueError, match="starts at 1"):
        wait_before_retry(0, base=SECOND, cap=SECOND)


@pytest.mark.parametrize("status", [Status.FAILED, Status.TIMED_OUT, Status.LOST])
def test_failed_timed_out_and_lost_attempts_count(status):
    assert again(attempt(3), ending(status), None, 0) is not None
    assert again(attempt(4), ending(status), None, 0) is None


@pytest.mark.parametrize("status", [Status.SUCCEEDED, Status.CANCELLED])
def test_what_succeeded_or_was_cancelled_is_not_tried_again(status):
    assert again(attempt(), ending(status), None, 0) is None


def test_by_default_nothing_is_retried():
    assert again(attempt(max_retries=0), ending(), None, 0) is None


def test_a_body_can_say_do_not_retry():
    assert again(attempt(), ending(no_retry=True), None, 0) is None


def test_a_job_can_say_that_it_is_not_retryable():
    assert again(attempt(retryable=False), ending(), None, 0) is None


def test_a_body_can_say_after_how_long():
    assert again(attempt(), ending(retry_after=90), None, 0) == Again(NOON + 90 * SECOND, False)


def test_a_retry_that_would_wait_past_the_next_slot_is_brought_forward_to_it():
    following = again(attempt(), ending(retry_after=90), NOON + 20 * SECOND, 0)
    assert following is not None
    assert following.not_before == NOON + 20 * SECOND
    assert following.warning == "retry brought forward from 12:01:30 to the next slot at 12:00:20 UTC"


def test_a_retry_is_never_brought_forward_to_before_the_end_of_its_predecessor():
    due, _ = due_again(NOON, SECOND, NOON - 5 * SECOND)
    assert due == NOON


def test_a_retry_that_is_due_before_the_next_slot_keeps_its_time():
    assert due_again(NOON, SECOND, NOON + SECOND) == (NOON + SECOND, None)


def test_where_overlap_is_allowed_a_retry_keeps_its_wait_for_it_is_in_nobodys_way():
    following = again(attempt(overlap=Overlap.ALLOW), ending(retry_after=90), NOON + SECOND, 0)
    assert following == Again(NOON + 90 * SECOND, False)


def test_losses_in_a_row_are_counted_and_any_other_ending_ends_the_row():
    assert losses_after(attempt(), ending(Status.LOST), 1) == 2
    assert losses_after(attempt(), ending(Status.FAILED), 1) == 0


def test_a_loss_by_shutdown_is_never_counted_as_poison():
    shut = ending(Status.LOST, reason="shutdown: it was killed because its node ended")
    assert losses_after(attempt(), shut, 1) == 1
    assert not is_poison(attempt(solitary=True), shut)
    assert again(attempt(), shut, None, 1) is not None


def test_after_two_losses_in_a_row_the_next_attempt_starts_alone():
    assert again(attempt(), ending(Status.LOST), None, POISON) == Again(NOON + SECOND, True)


def test_what_is_lost_alone_is_poison_and_not_tried_again():
    alone = attempt(solitary=True)
    assert is_poison(alone, ending(Status.LOST))
    assert again(alone, ending(Status.LOST), None, POISON) is None
    assert not is_poison(alone, ending(Status.FAILED))
