"""What the pages show of the history: no more rows than a page, however long it is."""

from datetime import date, timedelta

import pytest

from rota.domain.execution import Status
from rota.services.activity import DENSE, MARKS, Activity
from rota.services.days import Days
from rota.services.load import FEW, Load
from rota.services.results import Results
from rota.store.schema import job_state
from tests.clock import NOON
from tests.world import ANA

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def results(world):
    return Results(world.db, world.clock)


@pytest.fixture
def activity(world):
    return Activity(world.db, world.clock)


def run(world, name, status=Status.SUCCEEDED, seconds=2, **fields):
    """Run a job by hand; it takes that long."""
    world.executions.execute(name, ANA)
    claimed, started = world.claim(), world.clock.now()
    world.clock.advance(seconds)
    for attempt in claimed:
        world.end(attempt, status, started_at=started, **fields)


def test_the_newest_executions_of_several_jobs_come_oldest_first(world, results):
    jobs = [world.add_job(name) for name in ("a", "b", "never")]
    for status in (Status.SUCCEEDED, Status.FAILED, Status.SUCCEEDED):
        run(world, "a", status)
    run(world, "b")
    found = results.recent([job.id for job in jobs], each=2)
    assert [one.status.value for one in found[jobs[0].id]] == ["failed", "succeeded"]
    assert [one.duration_ms for one in found[jobs[1].id]] == [2000]
    assert found[jobs[2].id] == []
    assert results.recent([]) == {}


def test_the_usual_duration_is_that_of_successful_runs(world, results):
    job = world.add_job("a")
    for seconds in (1, 1, 1, 60):
        run(world, "a", seconds=seconds)
    run(world, "a", Status.FAILED, seconds=600)
    usual = results.usual([job.id])[job.id]
    assert usual.p50_ms == pytest.approx(1000, rel=0.05)
    assert usual.p95_ms == pytest.approx(60_000, rel=0.05)
    assert results.usual([job.id + 99])[job.id + 99].p50_ms is None


def test_rates_tell_what_ran_and_what_did_not(world, results):
    job = world.add_job("a")
    for status in (Status.SUCCEEDED, Status.SUCCEEDED, Status.SUCCEEDED, Status.TIMED_OUT):
        run(world, "a", status)
    world.clock.advance(10 * 86_400)
    week, month, _ = results.rates(job.id)
    assert (week.share, month.share, month.failed) == (None, 0.75, 1)


def test_an_error_is_the_same_when_only_numbers_differ(world, results):
    world.add_job("a")
    world.add_job("other")
    for status, message in (
        (Status.FAILED, "disk 1 is full"),
        (Status.SUCCEEDED, None),
        (Status.FAILED, "disk 22 is full\nmore"),
        (Status.FAILED, "no route"),
        (Status.FAILED, "disk 3 is full"),
    ):
        run(world, "a", status, error_type="OSError", error_message=message)
    run(world, "other", Status.FAILED, error_type="OSError", error_message="disk 3 is full")
    same = results.same(world.last("a"))
    assert same is not None
    assert (same.times, same.of) == (3, 5)
    assert same.since == world.history("a")[0].ended_at
    assert results.same(world.history("a")[1]) is None


def test_all_fires_of_few_jobs_are_planned_and_the_next_of_many(world):
    world.add_job("often", every="5m")
    world.add_job("daily", daily="13:00")
    world.add_job("beside", cron="0 13 * * *")
    load = Load(world.db, world.clock)
    ahead = load.ahead(NOON + 2 * HOUR)
    assert ahead.complete
    assert dict(ahead.planned)[NOON + HOUR] == 4
    assert sum(n for _, n in ahead.planned) == 25
    assert ahead.crowd is not None
    assert (ahead.crowd.at, ahead.crowd.jobs) == (NOON + HOUR, 3)
    for number in range(FEW):
        world.add_job(f"more_{number}", daily="13:00")
    ahead = load.ahead(NOON + 2 * HOUR)
    assert not ahead.complete
    assert ahead.crowd is not None
    assert ahead.crowd.jobs == FEW + 2
    assert sum(n for _, n in ahead.planned) == FEW + 3


def test_what_is_planned_of_a_job_that_fires_every_second_is_counted(world):
    world.add_job("busy", every="1s")
    ahead = Load(world.db, world.clock).ahead(NOON + HOUR)
    assert sum(n for _, n in ahead.planned) == 3599
    assert max(n for _, n in ahead.planned) == 600


def test_other_jobs_that_start_at_the_same_instant_are_noted(world):
    mine = world.add_job("mine", daily="13:00")
    world.add_job("hourly", every="1h")
    world.add_job("at_two", daily="14:00")
    load = Load(world.db, world.clock)
    instants = [NOON + HOUR, NOON + 2 * HOUR, NOON + HOUR + DAY, NOON + HOUR / 2]
    assert load.beside(instants, mine.id) == {instants[0]: 1, instants[1]: 2, instants[2]: 1}


def test_lanes_show_what_happened_and_what_is_planned_in_a_window(world, activity):
    job, busy = world.add_job("a", every="2h"), world.add_job("busy", every="1m")
    idle = world.add_job("idle")
    world.after(2 * 3600)
    world.run()
    lanes = activity.lanes([job, busy, idle], NOON, NOON + 12 * HOUR)
    one, dense, none = lanes
    assert [mark.status.value for mark in one.results] == ["succeeded"]
    assert [fire - NOON for fire in one.fires] == [4 * HOUR, 6 * HOUR, 8 * HOUR, 10 * HOUR]
    (following,) = activity.lanes([job], NOON + 12 * HOUR, NOON + 15 * HOUR)
    assert [fire - NOON for fire in following.fires] == [12 * HOUR, 14 * HOUR], "the end is the next window's"
    assert (dense.fires, dense.planned > DENSE) == ([], True)
    assert none.is_empty
    assert activity.lanes([job], NOON - DAY, NOON - HOUR)[0].results == []


def test_a_lane_with_too_many_executions_shows_its_hours(world, activity):
    job = world.add_job("a", every="1s", overlap="allow", misfire="run_all", catch_up_limit=10_000)
    world.after(MARKS + 5)
    for attempt in world.claim(1000):
        world.end(attempt)
    (lane,) = activity.lanes([job], NOON, NOON + HOUR)
    assert lane.results == []
    assert sum(hour.n for hour in lane.hours) == MARKS + 5


def test_the_day_of_all_jobs_has_what_ended_and_what_is_planned(world, activity):
    world.add_job("a", every="2h")
    world.after(2 * 3600)
    world.run()
    day = activity.day()
    assert [(one.status.value, one.n) for one in day.ended] == [("succeeded", 1)]
    assert sum(n for _, n in day.ahead.planned) == 5
    assert list(activity.by_node(NOON, NOON + DAY)) == [world.node]


def test_days_are_those_of_a_place_also_when_its_clock_changes(world):
    job = world.add_job("a")
    world.clock.wall = NOON.replace(month=3, day=28, hour=22, minute=30)
    for _ in range(4):  # 23:30 CET, 00:30 CET, 01:30 CET, 03:30 CEST on the day after
        run(world, "a", seconds=1)
        world.clock.advance(3599)
    world.clock.advance(20 * 3600)
    run(world, "a", Status.FAILED, seconds=1)
    first, last = date(2026, 3, 28), date(2026, 3, 30)
    days = Days(world.db)
    for found in (days.of_all(first, last, "Europe/Rome"), days.of_job(job.id, first, last, "Europe/Rome")):
        told = {day.day: {status.value: n for status, n in one.counts.items()} for day, one in found.items()}
        assert told == {28: {"succeeded": 1}, 29: {"succeeded": 3}, 30: {"failed": 1}}
    assert days.of_job(job.id, first, first, "Europe/Rome")[first].total_ms == 1000
    assert days.of_all(first, first, "UTC")[first].counts == {Status.SUCCEEDED: 2}


def test_a_job_whose_zone_vanished_is_in_nobodys_way(world, activity):
    job = world.add_job("a", daily="13:00")
    with world.db.write() as conn:
        conn.execute(job_state.update().values(next_run=NOON + HOUR))
        conn.exec_driver_sql("UPDATE jobs SET timezone = 'Mars/Olympus'")
    assert activity.day().ahead.planned == []
    assert activity.lanes([world.jobs.get(job.id)], NOON, NOON + DAY)[0].planned == 0
    assert Load(world.db, world.clock).beside([NOON + HOUR]) == {}
