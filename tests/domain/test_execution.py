"""Statuses: one table of moves, and none goes back."""

import pytest

from rota.domain.errors import Conflict
from rota.domain.execution import (
    ACTIVE,
    FINAL,
    NEXT,
    Status,
    describe_slots,
    may_move,
    require_move,
)
from tests.clock import NOON


@pytest.mark.parametrize("status", sorted(FINAL))
def test_a_final_status_never_changes(status):
    assert not any(may_move(status, after) for after in Status)


def test_a_status_never_goes_back():
    order = [Status.QUEUED, Status.SUBMITTED, Status.RUNNING]
    for place, before in enumerate(order):
        assert not any(may_move(before, earlier) for earlier in order[: place + 1])


@pytest.mark.parametrize("status", [Status.SKIPPED, Status.MISSED])
def test_a_slot_is_born_skipped_or_missed_and_never_becomes_so(status):
    assert not any(may_move(before, status) for before in Status)
    assert status in FINAL


@pytest.mark.parametrize("status", ACTIVE)
def test_what_is_active_ends_in_every_way_that_its_table_says(status):
    assert NEXT[status] <= set(Status)
    assert Status.CANCELLED in NEXT[status]


def test_only_what_has_begun_can_succeed_fail_or_time_out():
    for status in (Status.SUCCEEDED, Status.FAILED, Status.TIMED_OUT):
        assert [before for before in Status if may_move(before, status)] == [Status.RUNNING]


def test_a_move_that_cannot_be_is_a_conflict_that_says_both():
    with pytest.raises(Conflict, match="succeeded cannot become running"):
        require_move(Status.SUCCEEDED, Status.RUNNING)


def test_a_row_for_several_slots_says_first_last_and_count():
    text = describe_slots(NOON, NOON.replace(hour=14), 3)
    assert text == "3 slots from 2026-03-02 12:00:00 to 2026-03-02 14:00:00 UTC"
    assert describe_slots(NOON, NOON, 1) == "the slot of 2026-03-02 12:00:00 UTC"
    assert describe_slots(NOON, NOON, 5000, exact=False).startswith("at least 5,000 slots")
