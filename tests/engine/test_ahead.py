"""Slots are planned and claimed a moment ahead, so that at their instant nothing but the body is left to begin."""

from datetime import timedelta

import pytest

from rota.domain.job import JobPatch
from rota.domain.plan import AHEAD
from rota.engine.hand import SLEWED, Hand
from rota.engine.scheduler import EACH_AHEAD, LEAST_AHEAD, Fired
from tests.clock import NOON, MovableClock
from tests.world import ANA

HOUR = timedelta(hours=1)
SLOT = NOON + HOUR
ONE_AHEAD = LEAST_AHEAD + EACH_AHEAD


def just_before(world):
    """A scheduler that plans ahead, at the moment when it wakes for the slot of 13:00."""
    scheduler = world.scheduler(ahead=AHEAD)
    scheduler.tick()
    world.clock.wall = SLOT - ONE_AHEAD
    return scheduler


def test_a_slot_is_queued_a_moment_before_its_instant_and_bears_it(world):
    world.add_job("backup", daily="13:00")
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
    world.clock.wall = SLOT + timedelta(seconds=1) - ONE_AHEAD
    assert scheduler.tick() == Fired(jobs=2, queued=1, skipped=1)


@pytest.mark.parametrize("hold", ["pause", "disable"])
def test_a_hold_in_that_moment_holds_it(world, hold):
    world.add_job("backup", daily="13:00")
    just_before(world).tick()
    getattr(world.holds, hold)("backup", ANA)
    assert world.claim() == []


def test_the_more_are_due_at_once_the_earlier_they_are_planned_within_bounds(world, monkeypatch):
    scheduler = world.scheduler(ahead=AHEAD)
    world.add_job("first", daily="13:00")
    assert scheduler.next_wake() == SLOT - AHEAD
    world.clock.wall = SLOT - AHEAD
    assert scheduler.next_wake() == SLOT - ONE_AHEAD
    for name in ("second", "third"):
        world.add_job(name, daily="13:00")
    assert scheduler.next_wake() == SLOT - LEAST_AHEAD - 3 * EACH_AHEAD
    monkeypatch.setattr("rota.engine.scheduler.EACH_AHEAD", AHEAD)
    assert scheduler.next_wake() == SLOT - AHEAD


def test_what_was_claimed_ahead_is_kept_in_hand_until_its_instant_however_the_clocks_differ(world):
    world.add_job("backup", daily="13:00")
    just_before(world).tick()
    (attempt,) = world.claim()
    for behind in (timedelta(), HOUR):
        clock = MovableClock(SLOT - ONE_AHEAD - behind)
        hand = Hand(clock)
        hand.take([attempt])
        assert (len(hand), list(hand.ready)) == (1, [])
        wait = hand.ripen()
        assert wait == pytest.approx(min(ONE_AHEAD + behind, AHEAD).total_seconds() + SLEWED)
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
