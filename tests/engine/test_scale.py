"""Very many jobs at once, and very long absences: durable in seconds, in batches, with memory flat."""

from datetime import timedelta
from time import process_time

import psutil
import pytest
from sqlalchemy import func, select, text

from rota.domain.execution import Status
from rota.store.schema import executions, job_state
from tests.clock import NOON
from tests.engine.crowd import many_jobs
from tests.servers.copies import copied_sqlite
from tests.world import World

MB = 1 << 20


def resident() -> float:
    """MB of memory that this process holds."""
    return psutil.Process().memory_info().rss / MB


@pytest.mark.timeout(300)
def test_a_hundred_thousand_jobs_due_in_one_second_are_all_queued_in_batches_with_memory_flat(migrated_url):
    world = World(migrated_url)
    many_jobs(world, 100_000)
    world.clock.advance(3600)
    scheduler = world.scheduler()
    assert scheduler.tick().jobs == scheduler.batch
    before, began, ticks = resident(), process_time(), 1
    while scheduler.tick().jobs:
        ticks += 1
    seconds, grown = process_time() - began, resident() - before
    with world.db.read() as conn:
        queued = executions.c.status == Status.QUEUED
        distinct = func.count(func.distinct(executions.c.job_id))
        counts = conn.execute(select(func.count(), distinct).where(queued)).one()
        left = conn.execute(select(func.count()).where(job_state.c.next_run <= world.clock.now())).scalar()
    world.close()
    assert (tuple(counts), left) == ((100_000, 100_000), 0)
    assert ticks == 100_000 / scheduler.batch
    assert grown < 50, f"grew by {grown:.0f} MB"
    assert seconds < 120, f"took {seconds:.0f} s of CPU"


@pytest.mark.timeout(300)
def test_what_is_due_on_time_does_not_wait_for_twenty_thousand_overdue_jobs(world):
    many_jobs(world, 20_000)
    world.clock.advance(86_400)
    prompt = world.add_job("prompt", every="1m")
    world.clock.advance(60)
    scheduler = world.scheduler()
    fired = scheduler.tick()
    assert fired.jobs == 1 + scheduler.batch
    assert world.statuses(prompt) == ["queued"]
    assert world.claim(1)[0].job_name == "prompt"
    assert world.tick().jobs == 20_000 - scheduler.batch
    assert world.count() == 1 + 2 * 20_000


def test_a_job_of_every_second_that_slept_for_a_year_is_planned_at_once(world):
    world.add_job("backup", every="1s")
    began = process_time()
    world.after(365 * 86_400)
    assert process_time() - began < 2
    missed, run = world.history()
    assert missed.slot_count == 365 * 86_400 - 1
    assert run.scheduled_for == NOON + timedelta(days=365)


def test_the_due_and_the_waiting_are_found_by_index(sqlite_copy, tmp_path):
    """However long the history is, neither a tick nor a claim reads it. (PostgreSQL plans by statistics.)"""
    world = World(copied_sqlite(sqlite_copy, tmp_path / "rota.db"))
    for query, index in (
        ("SELECT min(next_run) FROM job_state", "ix_job_state_next_run"),
        ("SELECT job_id FROM job_state WHERE next_run > 1 AND next_run <= 2 ORDER BY next_run LIMIT 5",
         "ix_job_state_next_run"),
        ("SELECT id FROM executions WHERE status = 'queued' AND hold IS NULL AND queue = 'q' "
         "ORDER BY rank DESC, id LIMIT 5", "ix_executions_claim"),
    ):  # fmt: skip
        with world.db.read() as conn:
            plan = " ".join(str(row) for row in conn.execute(text(f"EXPLAIN QUERY PLAN {query}")))
        assert index in plan
        assert "TEMP B-TREE" not in plan
    world.close()
