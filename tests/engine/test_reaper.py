"""Silent means lost, timed by the reaper's own clock since the last change that it saw."""

from datetime import timedelta

from rota.domain.execution import Status, Trigger
from rota.store import executions, nodes
from rota.store.executions import New
from tests.clock import NOON
from tests.world import ANA

ELSEWHERE = "another-machine"


def remote(world, name: str = "far", **job):
    """A node of another machine that runs an execution. Returns the node and the attempt."""
    node = world.add_node(name, host=ELSEWHERE)
    world.add_job("backup", **job)
    world.executions.execute("backup", ANA)
    (attempt,) = world.claim(node=node)
    return node, attempt


def watch(world, reaper, seconds: float, *, beating: tuple[int, ...] = ()):
    """Look every two seconds for so long. Returns what was lost."""
    lost = 0
    for _ in range(round(seconds / 2)):
        world.clock.advance(2)
        for node in beating:
            world.beat(node)
        lost += reaper.tick().executions
    return lost


def test_a_node_silent_for_thirty_seconds_is_gone_and_what_it_ran_is_lost(world):
    node, _ = remote(world)
    reaper = world.reaper()
    reaper.tick()
    assert watch(world, reaper, 30) == 0
    assert watch(world, reaper, 2) == 1
    row = world.last()
    assert row.status is Status.LOST
    assert row.reason.startswith("its node fell silent: far (pid ")
    assert not world.beat(node)


def test_a_node_that_beats_is_never_reaped(world):
    node, _ = remote(world)
    reaper = world.reaper()
    assert watch(world, reaper, 600, beating=(node,)) == 0
    assert world.statuses() == ["running"]


def test_silence_begins_anew_after_a_gap_in_the_reapers_own_access(world):
    remote(world)
    reaper = world.reaper()
    watch(world, reaper, 28)
    world.clock.advance(5.1)
    assert reaper.tick().executions == 0
    assert watch(world, reaper, 28) == 0
    assert watch(world, reaper, 4) == 1


def test_a_step_of_the_wall_clock_is_no_silence(world):
    remote(world)
    reaper = world.reaper()
    reaper.tick()
    world.clock.wall = NOON.replace(year=2027)
    assert reaper.tick().executions == 0
    world.clock.wall = NOON.replace(year=2025)
    assert watch(world, reaper, 28) == 0


def test_a_reaper_that_has_just_started_does_not_believe_old_heartbeats(world):
    remote(world)
    world.clock.advance(3600)
    assert world.reaper().tick().executions == 0


def test_a_process_of_this_machine_that_has_died_is_seen_at_once(world):
    world.add_job("backup", max_retries=1)
    world.executions.execute("backup", ANA)
    world.claim()
    world.kill(world.node)
    assert world.reap().executions == 1
    assert world.statuses() == ["lost", "queued"]


def test_a_later_process_of_the_same_pid_is_not_taken_for_the_dead_one(world):
    world.add_job("backup")
    world.executions.execute("backup", ANA)
    world.claim()
    world.alive = {(pid, started + 5) for pid, started in world.alive}
    assert world.reap().executions == 1


def test_a_silent_process_of_this_machine_that_still_lives_is_reaped_all_the_same(world):
    world.add_job("backup")
    world.executions.execute("backup", ANA)
    world.claim()
    reaper = world.reaper()
    reaper.tick()
    assert watch(world, reaper, 32) == 1


def test_a_node_that_beat_between_the_look_and_the_burial_lives_on(world):
    node = world.add_node("far", host=ELSEWHERE)
    with world.db.read() as conn:
        (seen,) = [one for one in nodes.live(conn) if one.id == node]
    world.beat(node)
    with world.db.write() as conn:
        assert not nodes.bury(conn, seen, world.clock.now())
    assert world.beat(node)


def test_what_returns_after_it_was_declared_gone_may_write_nothing_more(world):
    node, attempt = remote(world)
    reaper = world.reaper()
    watch(world, reaper, 34)
    before = world.history()
    assert not world.end(attempt, node=node)
    assert world.history() == before


def test_the_lost_attempt_is_retried_by_policy(world):
    remote(world, max_retries=1)
    watch(world, world.reaper(), 34)
    world.clock.advance(1)
    assert [one.attempt for one in world.claim()] == [2]


def test_what_waited_behind_the_lost_one_may_go(world):
    remote(world, overlap="queue_one")
    waiting = world.executions.execute("backup", ANA)
    watch(world, world.reaper(), 34)
    assert [one.execution_id for one in world.claim()] == [waiting]


def test_a_burial_whose_reaper_died_before_the_losses_is_finished_by_the_next_one(world):
    node, _ = remote(world)
    with world.db.write() as conn:
        nodes.leave(conn, node, world.clock.now())
    assert world.statuses() == ["running"]
    assert world.reap().executions == 1
    assert world.statuses() == ["lost"]


def test_more_than_a_batch_of_orphans_is_lost_completely(world):
    world.add_job("backup", overlap="allow")
    with world.db.write() as conn:
        news = [New(1, 1, Status.QUEUED, Trigger.MANUAL, "ana", "default", 11, exclusive=False,
                    queued_at=NOON) for _ in range(1203)]  # fmt: skip
        executions.add(conn, news)
    assert len(world.claim(2000)) == 1203
    world.kill(world.node)
    assert world.reap().executions == 1203
    assert set(world.statuses()) == {"lost"}


def test_what_a_reaper_with_a_clock_that_is_behind_ends_has_not_ended_before_it_began(world):
    remote(world)
    begun = world.last().started_at
    reaper = world.reaper()
    reaper.tick()
    world.clock.wall -= timedelta(hours=1)
    assert watch(world, reaper, 32) == 1
    assert world.last().ended_at == begun
