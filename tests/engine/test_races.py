"""Several connections at once, begun together: what one of them reads is never another's past."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from rota.domain.attempt import Attempt
from rota.domain.errors import Conflict, RotaError
from rota.domain.execution import Status
from rota.domain.job import JobPatch, JobSpec
from rota.store.schema import executions
from tests.engine.crowd import many_jobs
from tests.world import ANA, World, published

ROUNDS = 12


@contextmanager
def others(world: World, number: int) -> Iterator[list[World]]:
    """So many other processes' views of the same database, on the same clock."""
    made = [World(world.url, world.clock) for _ in range(number)]
    for one in made:
        one.environ, one.alive = world.environ, world.alive
        one.__dict__ |= {"generation": world.generation, "node": world.node, "planner": world.planner}
    yield made
    for one in made:
        one.close()


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Do all of them at once. Returns what each returned, or the refusal that it raised."""
    barrier = threading.Barrier(len(actions))
    results: list[Any] = [None] * len(actions)

    def act(place: int) -> None:
        barrier.wait()
        try:
            results[place] = actions[place]()
        except BaseException as problem:
            results[place] = problem

    threads = [threading.Thread(target=act, args=(place,)) for place in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, RotaError):
            raise result
    return results


@pytest.mark.timeout(300)
def test_ten_thousand_due_slots_are_each_queued_exactly_once_by_several_schedulers(world):
    """Five on PostgreSQL, two on SQLite, each on connections of its own."""
    many_jobs(world, 10_000)
    world.clock.advance(3600)
    with others(world, 2 if world.db.is_sqlite else 5) as processes:
        fired = at_once(*(process.tick for process in processes))
    assert sum(one.queued for one in fired) == 10_000
    with world.db.read() as conn:
        slots = func.count(func.distinct(executions.c.job_id))
        assert conn.execute(select(func.count(), slots).select_from(executions)).one() == (10_000, 10_000)
    assert world.tick().jobs == 0


@pytest.mark.timeout(300)
def test_ten_thousand_executions_are_each_claimed_exactly_once_by_several_nodes(world):
    many_jobs(world, 10_000)
    world.after(3600)
    nodes = [world.add_node(f"node {number}") for number in range(2 if world.db.is_sqlite else 5)]

    def work(process: World, node: int) -> Counter[int]:
        taken: Counter[int] = Counter()
        while found := process.claim(500, node=node):
            taken.update(attempt.execution_id for attempt in found)
        return taken

    with others(world, len(nodes)) as processes:
        taken = at_once(*(partial(work, p, n) for p, n in zip(processes, nodes, strict=True)))
    while rest := world.claim(500):
        taken.append(Counter(attempt.execution_id for attempt in rest))
    assert Counter(sum(taken, Counter()).values()) == {1: 10_000}


def fail_all(world: World, claimed: list[Attempt]) -> None:
    """End all of them as failed."""
    for attempt in claimed:
        world.end(attempt, Status.FAILED)


@pytest.mark.parametrize("overlap", ["skip", "queue_one", "queue_all", "cancel_running"])
def test_a_manual_run_a_retry_and_a_tick_that_race_on_one_job_never_overlap(world, overlap):
    world.add_job("backup", every="1m", overlap=overlap, max_retries=9, backoff=0)
    with others(world, 4) as (ending, ticking, asking, claiming):
        for _ in range(ROUNDS):
            world.clock.advance(60)
            world.tick()
            claimed = world.claim() or world.underway()
            world.clock.advance(60)
            at_once(
                partial(fail_all, ending, claimed),
                ticking.tick,
                lambda: asking.executions.execute("backup", ANA),
                claiming.claim,
            )
            running = world.history("backup", Status.RUNNING)
            assert len(running) <= 1
            assert overlap != "skip" or len(running) + len(world.waiting()) <= 1


def test_of_several_manual_runs_at_once_one_is_queued_and_the_others_conflict_with_it(world):
    world.add_job("backup")
    with others(world, 4) as processes:
        results = at_once(*(partial(p.executions.execute, "backup", ANA) for p in processes))
    refused = [result for result in results if isinstance(result, Conflict)]
    assert len(refused) == 3
    assert {one.code for one in refused} == {"overlap"}
    assert world.statuses() == ["queued"]


def test_a_cancel_that_races_a_claim_cancels_it_or_asks_it_to_stop(world):
    world.add_job("backup")
    with others(world, 2) as (cancelling, claiming):
        for _ in range(ROUNDS):
            id_ = world.executions.execute("backup", ANA)
            _, claimed = at_once(partial(cancelling.executions.cancel, id_, ANA), claiming.claim)
            row = world.executions.get(id_)
            if claimed:
                assert (row.status, row.cancel_requested_by) == (Status.RUNNING, "ana")
                world.end(claimed[0], Status.CANCELLED)
            else:
                assert row.status is Status.CANCELLED


def test_a_pause_that_races_a_claim_holds_it_or_lets_it_finish(world):
    world.add_job("backup")
    with others(world, 2) as (pausing, claiming):
        for _ in range(ROUNDS):
            world.executions.execute("backup", ANA)
            _, claimed = at_once(lambda: pausing.holds.pause("backup", ANA), claiming.claim)
            row = world.last()
            assert (row.status, row.hold) == (("running", None) if claimed else ("queued", "job"))
            assert world.claim() == []
            world.holds.resume("backup", ANA)
            for attempt in claimed or world.claim():
                assert world.end(attempt)


def test_a_pause_that_races_an_ending_holds_its_retry(world):
    world.add_job("backup", max_retries=99, backoff=0)
    world.executions.execute("backup", ANA)
    with others(world, 2) as (pausing, ending):
        for _ in range(ROUNDS):
            (attempt,) = world.claim()
            at_once(
                lambda: pausing.holds.pause("backup", ANA),
                partial(ending.end, attempt, Status.FAILED),
            )
            assert [row.hold for row in world.waiting()] == ["job"]
            world.holds.resume("backup", ANA)


def test_the_reaper_and_the_agent_that_end_an_execution_at_once_write_it_once(world):
    world.add_job("backup", max_retries=1, backoff=0)
    with others(world, 3) as (first, second, agent):
        for _ in range(ROUNDS):
            node = world.add_node()
            world.executions.execute("backup", ANA)
            (attempt,) = world.claim(node=node)
            world.kill(node)
            *reaped, ended = at_once(first.reap, second.reap, partial(agent.end, attempt, node=node))
            assert sum(one.executions for one in reaped) + ended == 1
            row = world.executions.get(attempt.execution_id)
            assert row.status == (Status.SUCCEEDED if ended else Status.LOST)
            world.run()
        assert world.jobs.get("backup").total_runs == len(world.history())


def test_several_changes_of_one_job_at_once_are_versions_one_after_the_other(world):
    world.add_job("backup", title="0")
    with others(world, 4) as processes:
        for _ in range(5):
            at_once(
                *(
                    partial(p.jobs.update, "backup", JobPatch(title=str(n)), ANA)
                    for n, p in enumerate(processes)
                )
            )
    assert world.jobs.get("backup").version == 21


def test_of_several_jobs_made_at_once_under_one_name_there_is_one(world):
    assert world.generation
    with others(world, 4) as processes:
        results = at_once(*(partial(p.add_job, "backup") for p in processes))
    assert sum(isinstance(result, Conflict) for result in results) == 3
    assert len(world.jobs.search()) == 1


def test_a_deletion_that_races_a_tick_leaves_nothing_queued(world):
    with others(world, 2) as (deleting, ticking):
        for number in range(ROUNDS):
            job = world.add_job(f"job_{number}", every="1m")
            world.clock.advance(60)
            at_once(partial(deleting.jobs.delete, job.name, ANA), ticking.tick)
            assert world.statuses(job) in ([], ["cancelled"])


def test_several_resumptions_of_one_pause_are_one(world):
    world.add_job("backup", every="1m")
    with others(world, 4) as processes:
        for _ in range(ROUNDS):
            world.holds.pause("backup", ANA, until=world.clock.now())
            world.clock.advance(120)
            with suppress(Conflict):
                at_once(*(process.holds.resume_due for process in processes))
            assert world.jobs.get("backup").status == "active"
    assert sum(row.slot_count for row in world.history()) == 2 * ROUNDS


def test_two_nodes_that_declare_the_same_jobs_at_once_make_them_once(world):
    for number in range(ROUNDS // 3):
        specs = [JobSpec(name=f"job_{number}_{n}", task_name="work") for n in range(5)]
        generation = world.definitions.publish("shop", published(jobs=specs))
        world.add_node(app="shop", generation_id=generation)
        with others(world, 3) as processes:
            at_once(*(partial(p.definitions.settle, "shop") for p in processes))
        assert len(world.jobs.search()) == 5 * (number + 1)
