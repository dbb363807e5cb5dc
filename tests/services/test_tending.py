"""What ready-made tasks ask of rota: cleaning up, and how it fares."""

import pytest
from sqlalchemy import func, select

from rota.domain.attempt import Line
from rota.domain.errors import Invalid
from rota.domain.execution import Status
from rota.services.tending import STEP, Tending
from rota.store.schema import rollups
from tests.clock import NOON
from tests.world import ANA

DAY = 86_400


@pytest.fixture
def tending(world):
    return Tending(world.db, world.clock)


def purge(tending, **how) -> int:
    """Purge all, step by step. Returns how many went."""
    deleted, after = 0, 0
    while after is not None:
        given = {"after_id": after, "keep_days": 30, "keep_failed_days": 90} | how
        done = tending.call("purge_executions", given)
        deleted, after = deleted + done["deleted"], done["last_id"]
    return deleted


def counted(world) -> int:
    """How many rows of counts there are."""
    with world.db.read() as conn:
        return int(conn.execute(select(func.count()).select_from(rollups)).scalar_one())


def test_successes_are_kept_thirty_days_and_failures_ninety(world, tending):
    world.add_job("backup")
    for status in (Status.SUCCEEDED, Status.FAILED, Status.LOST, Status.CANCELLED):
        world.executions.execute("backup", ANA)
        world.run(status, lines=[Line(1, NOON, "out", "x")])
    world.clock.advance(31 * DAY)
    assert purge(tending, dry_run=True) == 2
    assert purge(tending) == 2
    assert world.statuses() == ["failed", "lost"]
    world.clock.advance(60 * DAY)
    assert purge(tending) == 2
    assert world.count() == 0


def test_what_is_queued_or_runs_is_never_purged(world, tending):
    world.add_job("a")
    world.add_job("b")
    world.executions.execute("a", ANA)
    world.claim()
    world.executions.execute("b", ANA)
    world.clock.advance(1000 * DAY)
    assert purge(tending) == 0


def test_retention_never_lets_a_slot_fire_twice(world, tending):
    world.add_job("backup", every="1h")
    world.after(3600)
    world.run()
    world.clock.advance(200 * DAY)
    purge(tending)
    world.clock.wall = NOON
    assert world.tick().jobs == 0
    assert world.after(3600).jobs == 0


def test_what_follows_a_purged_attempt_can_still_end(world, tending):
    world.add_job("backup", max_retries=1, backoff=0)
    world.executions.execute("backup", ANA)
    world.run(Status.FAILED)
    (second,) = world.claim()
    world.clock.advance(100 * DAY)
    assert purge(tending) == 1
    assert world.end(second)
    assert world.last().attempt == 2


def test_purging_goes_in_small_steps_and_is_safe_to_repeat(world, tending):
    world.add_job("backup", every="1m", overlap="allow", misfire="run_all", catch_up_limit=10_000)
    world.after((STEP + 100) * 60)
    while world.run():
        pass
    world.clock.advance(31 * DAY)
    first = tending.purge_executions(after_id=0, keep_days=30, keep_failed_days=90)
    assert first["deleted"] == STEP
    assert purge(tending) == 100
    assert purge(tending) == 0


def test_counts_outlive_their_executions_and_are_kept_four_hundred_days(world, tending):
    world.add_job("backup")
    world.executions.execute("backup", ANA)
    world.run()
    world.clock.advance(399 * DAY)
    assert (purge(tending), tending.call("purge_counts", {})) == (1, False)
    assert counted(world) == 1
    world.clock.advance(2 * DAY)
    tending.call("purge_counts", {})
    assert counted(world) == 0


def test_health_is_told_as_numbers(world, tending):
    world.add_job("backup", every="1h")
    world.executions.execute("backup", ANA)
    world.clock.advance(3700)
    assert world.planner
    assert world.node
    health = tending.call("health", {})
    assert health["scheduler_lag_seconds"] == 100
    assert (health["schedulers"], health["agents"], health["queued"]) == (1, 1, 1)


def test_a_verb_that_there_is_not_is_refused(tending):
    with pytest.raises(Invalid, match='rota has no verb "drop" for tasks; use one of purge_executions'):
        tending.call("drop", {})
