"""What ended in each ten minutes, over all jobs."""

from datetime import timedelta

from rota.domain.execution import Status
from rota.store import activity
from tests.clock import NOON
from tests.world import ANA

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def ended(world, back=12 * HOUR):
    now = world.clock.now()
    with world.db.read() as conn:
        return [(count.at, count.status.value, count.n) for count in activity.ended(conn, now - back, now)]


def test_endings_are_counted_by_the_ten_minutes_they_fall_in(world):
    world.add_job("backup", overlap="allow")
    for status in (Status.SUCCEEDED, Status.SUCCEEDED, Status.FAILED):
        world.executions.execute("backup", ANA)
        world.run(status)
    world.clock.advance(13 * 60)
    world.executions.execute("backup", ANA)
    world.run()
    world.clock.advance(600)
    assert ended(world) == [
        (NOON, "failed", 1),
        (NOON, "succeeded", 2),
        (NOON + 10 * MINUTE, "succeeded", 1),
    ]
    with world.db.read() as conn:
        assert {one.node for one in activity.by_node(conn, NOON, NOON + HOUR)} == {world.node}
        assert activity.totals(conn, NOON + MINUTE) == {"succeeded": 1}


def test_missed_slots_are_counted_when_they_should_have_been(world):
    world.add_job("often", every="5m")
    world.after(2 * 3600)
    missed = [(at, n) for at, status, n in ended(world) if status == "missed"]
    assert sum(n for _, n in missed) == 23
    assert missed[0][0] == NOON
    assert missed[-1][0] == NOON + 110 * MINUTE


def test_many_slots_are_spread_in_few_steps_and_none_is_lost():
    found = activity.spread(NOON - timedelta(days=30), NOON, 1_000_003)
    assert sum(found.values()) == 1_000_003
    assert len(found) <= activity.POINTS
    assert activity.spread(NOON, NOON, 1) == {NOON: 1}


def test_old_counts_are_deleted_in_small_steps(world):
    world.add_job("often", every="5m")
    world.after(3600)
    with world.db.write() as conn:
        assert activity.purge(conn, world.clock.now() + HOUR, 2) == 2
        assert activity.purge(conn, world.clock.now() + HOUR, 100) > 0
        assert activity.purge(conn, world.clock.now() + HOUR, 100) == 0
