"""Slots are planned and claimed a moment ahead, so that at their instant nothing but the body is left to begin."""

from datetime import timedelta

import pytest

from rota.domain.job import JobPatch
from rota.domain.plan import AHEAD
from rota.engine.hand import SLEWED, Hand
from rota.engine.scheduler import LEAST_AHEAD, Fired
from rota.store.state import next_after
from tests.clock import NOON, MovableClock
from tests.world import ANA

HOUR = timedelta(hours=1)
SLOT = NOON + HOUR


def just_before(world):
    """A scheduler that plans ahead, at the moment when it wakes for the slot of 13:00."""
    scheduler = world.scheduler(ahead=AHEAD)
    scheduler.tick()
    world.clock.wall = SLOT - LEAST_AHEAD
    return scheduler


def test_a_slot_is_queued_a_moment_before_its_instant_and_bears_it(world):
    world.add_job("backup", daily="13:00")
    assert world.scheduler(ahead=AHEAD).next_wake() == SLOT - LEAST_AHEAD
    assert just_before(world).tick() == Fired(jobs=1, queued=1)
    row = world.last("backup")
    assert (row.status, row.scheduled_for, row.queued_at, row.not_before) == ("queued", SLOT, SLOT, SLOT)
    assert world.jobs.get("backup").last_slot == SLOT


def test_what_was_planned_ahead_is_not_planned_again_at_its_instant_nor_after_a_change(world):
    world.add_job("backup", daily="13:00")
    scheduler = just_before(world)
    scheduler.tick()
    world.jobs.update("backup", JobPatch(schedule_expression="13:00,15:00"), ANA)
    world.clock.wall = SLOT
    assert scheduler.tick() == Fired()
    assert world.jobs.get("backup").next_run == SLOT + 2 * HOUR


def test_a_node_takes_it_ahead_too_and_it_counts_as_begun_at_its_instant(world):
    world.add_job("backup", daily="13:00")
    just_before(world).tick()
    (attempt,) = world.claim()
    assert attempt.not_before == SLOT
    assert (world.last().status, world.last().started_at) == ("running", SLOT)


def test_a_job_of_which_something_is_active_is_judged_at_the_instant_itself(world):
    world.add_job("backup", daily="13:00")
    world.executions.execute("backup", ANA)
    scheduler = just_before(world)
    assert scheduler.tick() == Fired()
    assert scheduler.next_wake() == SLOT
    world.run()
    world.clock.wall = SLOT
    assert scheduler.tick() == Fired(jobs=1, queued=1)
    assert world.last("backup").not_before is None


def test_who_was_passed_over_keeps_nobody_from_being_planned_ahead(world):
    world.add_job("backup", daily="13:00")
    world.add_job("report", daily="13:00:01")
    world.executions.execute("backup", ANA)
    scheduler = just_before(world)
    scheduler.tick()
    world.clock.wall = SLOT + timedelta(seconds=1) - LEAST_AHEAD
    assert scheduler.tick() == Fired(jobs=2, queued=1, skipped=1)


@pytest.mark.parametrize("hold", ["pause", "disable"])
def test_a_hold_in_that_moment_holds_it(world, hold):
    world.add_job("backup", daily="13:00")
    just_before(world).tick()
    getattr(world.holds, hold)("backup", ANA)
    assert world.claim() == []


def test_with_many_due_planning_begins_earlier_but_never_more_than_a_bound(world, monkeypatch):
    world.add_job("backup", every="1h")
    scheduler = just_before(world)
    moving = iter(range(10))
    monkeypatch.setattr(world.clock, "monotonic", lambda: float(next(moving)))
    scheduler.tick()
    assert scheduler.next_wake() == NOON + 2 * HOUR - AHEAD
    assert next_after(world.db.look, NOON) == NOON + 2 * HOUR


def test_what_was_claimed_ahead_is_kept_in_hand_until_its_instant_however_the_clocks_differ(world):
    world.add_job("backup", daily="13:00")
    just_before(world).tick()
    (attempt,) = world.claim()
    for behind in (timedelta(), HOUR):
        clock = MovableClock(SLOT - LEAST_AHEAD - behind)
        hand = Hand(clock)
        hand.take([attempt])
        assert (len(hand), list(hand.ready)) == (1, [])
        wait = hand.ripen()
        assert wait == pytest.approx(min(LEAST_AHEAD + behind, AHEAD).total_seconds() + SLEWED)
        clock.advance(wait + 1e-6)
        hand.ripen()
        assert list(hand.ready) == [attempt]


def test_what_is_called_off_before_its_instant_leaves_the_hand(world):
    world.add_job("backup", daily="13:00")
    just_before(world).tick()
    (attempt,) = world.claim()
    hand = Hand(world.clock)
    hand.take([attempt])
    assert hand.remove(attempt.execution_id) == attempt
    assert (len(hand), hand.remove(attempt.execution_id)) == (0, None)
