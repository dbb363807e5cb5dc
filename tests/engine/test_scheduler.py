"""Due slots become executions: queued, skipped or missed, each once, by any number of schedulers."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, update

from rota.domain.execution import Status, Trigger
from rota.engine.scheduler import ROWS, Fired
from rota.store.database import Database
from rota.store.jobs import set_next
from rota.store.schema import jobs
from tests.clock import NOON
from tests.world import ANA

HOUR = timedelta(hours=1)


def test_a_slot_is_queued_when_it_is_due_and_not_before(world):
    world.add_job("backup", daily="13:00")
    assert world.after(3599) == Fired()
    assert world.after(1) == Fired(jobs=1, queued=1)
    execution = world.last("backup")
    assert (execution.status, execution.trigger) == (Status.QUEUED, Trigger.SCHEDULER)
    assert execution.scheduled_for == NOON + HOUR


def test_a_slot_that_was_planned_is_not_planned_again(world):
    world.add_job("backup", daily="13:00")
    world.after(3600)
    assert world.tick() == Fired()
    assert world.jobs.get("backup").next_run == NOON + 25 * HOUR


def test_the_job_bears_its_last_slot_and_its_next_run(world):
    world.add_job("backup", every="10m")
    world.after(600)
    job = world.jobs.get("backup")
    assert (job.last_slot, job.next_run) == (NOON + HOUR / 6, NOON + HOUR / 3)


def test_a_slot_seen_by_two_schedulers_is_queued_once(world):
    world.add_job("backup", daily="13:00")
    world.clock.advance(3605)
    assert world.scheduler().tick().queued == 1
    assert world.scheduler().tick().queued == 0


def test_the_first_attempt_of_a_slot_bears_its_own_id_as_the_first(world):
    world.add_job("backup", every="1m")
    world.after(60)
    execution = world.last()
    assert (execution.first_id, execution.attempt) == (execution.id, 1)


def test_a_schedule_that_has_ended_leaves_its_job_finished(world):
    world.add_job("backup", at="2026-03-02T13:00:00Z")
    assert world.after(3600).queued == 1
    assert world.jobs.get("backup").next_run is None
    assert world.jobs.get("backup").status == "finished"


def test_a_manual_job_never_fires_by_itself(world):
    world.add_job("backup")
    assert world.after(10**8) == Fired()


def test_a_clock_set_back_fires_no_slot_twice(world):
    world.add_job("backup", every="1m", overlap="allow")
    world.after(60)
    world.clock.wall -= HOUR
    assert world.tick() == Fired()
    assert world.after(3600) == Fired()
    assert world.after(60) == Fired(jobs=1, queued=1)
    assert len({one.scheduled_for for one in world.history()}) == 2


def test_a_clock_set_forward_runs_the_latest_slot_and_tells_the_rest(world):
    world.add_job("backup", every="1h")
    world.clock.wall += timedelta(days=1, minutes=5)
    assert world.tick() == Fired(jobs=1, queued=1, missed=1)
    missed, run = world.history()
    assert (missed.slot_count, run.scheduled_for) == (23, NOON + 24 * HOUR)


def test_a_clock_stepped_around_a_fire_again_and_again_fires_it_once(world):
    world.add_job("backup", daily="13:00")
    world.at(NOON + HOUR)
    for step in range(100):
        world.clock.wall += timedelta(seconds=0.5) * (-1) ** step
        assert world.tick() == Fired()


def test_a_missed_row_says_how_many_from_when_to_when_and_why(world):
    world.add_job("backup", every="1h")
    world.after(4 * 3600 + 300)
    missed = world.history("backup", Status.MISSED)[0]
    assert (missed.slot_first, missed.scheduled_for, missed.slot_count) == (NOON + HOUR, NOON + 3 * HOUR, 3)
    assert missed.ended_at == world.clock.now()
    assert missed.reason == (
        "planned more than 1 min late: 3 slots from 2026-03-02 13:00:00 to 2026-03-02 15:00:00 UTC; "
        "a later one runs instead"
    )


def test_under_skip_late_slots_are_recorded_and_none_runs(world):
    world.add_job("backup", every="1h", misfire="skip")
    assert world.after(4 * 3600 + 300) == Fired(jobs=1, missed=1)
    assert world.last().slot_count == 4


def test_under_run_all_each_late_slot_runs_oldest_first(world):
    world.add_job("backup", every="1h", misfire="run_all", overlap="queue_all", catch_up_limit=3)
    assert world.after(5 * 3600 + 300) == Fired(jobs=1, queued=3, missed=1)
    ran = []
    while claimed := world.run():
        ran += [attempt.scheduled_for for attempt in claimed]
    assert ran == [NOON + n * HOUR for n in (3, 4, 5)]


def test_the_grace_is_the_jobs_own(world):
    world.add_job("strict", every="1h", misfire="skip", grace=0)
    world.add_job("lenient", every="1h", misfire="skip", grace=600)
    world.after(3600 + 300)
    assert world.statuses("strict") == ["missed"]
    assert world.statuses("lenient") == ["queued"]


def test_a_queued_execution_that_starts_late_is_late_and_not_missed(world):
    world.add_job("backup", daily="13:00")
    world.after(3600)
    world.clock.advance(7200)
    world.run()
    assert world.statuses() == ["succeeded"]
    assert world.last().lag == timedelta(hours=2)


def test_a_caught_up_slot_waits_behind_what_is_on_time_within_its_priority(world):
    world.add_job("late", daily="13:00")
    world.add_job("prompt", daily="14:00")
    world.add_job("urgent", daily="14:00", task_priority=9)
    world.after(7200)
    assert [attempt.job_name for attempt in world.claim()] == ["urgent", "prompt", "late"]


def test_a_backlog_does_not_delay_what_has_just_become_due(world):
    for number in range(30):
        world.add_job(f"overdue_{number}", daily="12:30")
    world.clock.advance(7200 - 1)
    world.add_job("prompt", daily="14:00")
    world.clock.advance(1)
    fired = world.scheduler(batch=10).tick()
    assert fired.jobs == 11
    assert world.statuses("prompt") == ["queued"]


def test_a_batch_is_one_transaction_and_the_next_tick_goes_on(world):
    for number in range(25):
        world.add_job(f"job_{number}", daily="13:00")
    world.clock.advance(3600)
    scheduler = world.scheduler(batch=10)
    assert [scheduler.tick().jobs for _ in range(4)] == [10, 10, 5, 0]


def test_a_transaction_ends_after_so_many_rows_and_what_it_has_not_come_to_stays_due(world):
    for number in range(5):
        world.add_job(
            f"job_{number}", every="1m", misfire="run_all", catch_up_limit=ROWS // 2, overlap="allow"
        )
    world.clock.advance(60 * ROWS)
    scheduler = world.scheduler()
    assert [scheduler.tick().jobs for _ in range(4)] == [2, 2, 1, 0]
    assert len(world.history("job_4")) == len(world.history("job_0"))


@pytest.mark.parametrize("world", ["postgres"], indirect=True)
def test_a_job_is_planned_by_the_definition_that_it_has_once_its_row_is_locked(world):
    world.add_job("backup", daily="13:00", task_priority=1)
    world.clock.advance(3600)
    other = Database(world.url)

    def change(conn, cursor, statement, *_):
        if "SKIP LOCKED" in statement:
            with other.write() as beside:
                beside.execute(update(jobs).values(task_priority=9))

    event.listen(Engine, "after_cursor_execute", change)
    world.tick()
    event.remove(Engine, "after_cursor_execute", change)
    other.close()
    assert world.last().priority == 9


def test_a_zone_that_vanished_is_the_jobs_problem_and_nobody_elses(world):
    world.add_job("broken", daily="13:00")
    world.add_job("sound", daily="13:00")
    with world.db.write() as conn:
        conn.execute(update(jobs).where(jobs.c.name == "broken").values(timezone="Mars/Olympus"))
    world.after(3600)
    broken = world.jobs.get("broken")
    assert "Mars/Olympus" in broken.problem
    assert (broken.status, broken.next_run) == ("problem", None)
    assert [(row.status, row.scheduled_for) for row in world.history("broken")] == [("skipped", NOON + HOUR)]
    assert world.statuses("sound") == ["queued"]


def test_the_scheduler_sleeps_until_the_next_fire_or_the_end_of_a_pause(world):
    assert world.scheduler().next_wake() is None
    world.add_job("backup", daily="13:00")
    assert world.scheduler().next_wake() == NOON + HOUR
    world.holds.pause("backup", ANA, until=NOON + HOUR / 2)
    assert world.scheduler().next_wake() == NOON + HOUR / 2


def test_a_backlog_is_looked_for_every_few_seconds_while_there_is_none(world):
    backup, scheduler = world.add_job("backup", daily="13:00"), world.scheduler()
    assert scheduler.tick().jobs == 0
    with world.db.write() as conn:
        set_next(conn, backup.id, NOON - HOUR)
    assert (scheduler.tick().jobs, scheduler.next_wake()) == (0, None)
    world.clock.advance(5)
    assert (scheduler.tick().jobs, scheduler.next_wake()) == (1, NOON + HOUR)


@pytest.mark.parametrize("hold", ["pause", "disable"])
def test_a_job_that_is_paused_or_disabled_does_not_fire(world, hold):
    world.add_job("backup", every="1m")
    getattr(world.holds, hold)("backup", ANA)
    assert world.after(600) == Fired()


def test_after_a_week_of_downtime_a_job_of_every_minute_runs_once_with_one_missed_row(world):
    world.add_job("backup", cron="* * * * *")
    assert world.after(7 * 86400 + 30) == Fired(jobs=1, queued=1, missed=1)
    missed, run = world.history()
    assert missed.slot_count == 7 * 1440 - 1
    assert run.scheduled_for == NOON + timedelta(days=7)
    assert world.jobs.get("backup").next_run == NOON + timedelta(days=7, minutes=1)
