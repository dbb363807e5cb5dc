"""Enabled is configuration; paused is an operator's hold with a reason. Neither ever fires for the past."""

from datetime import timedelta

import pytest

from rota.domain.errors import Conflict
from rota.domain.execution import Status
from rota.domain.job import JobPatch
from rota.store import jobs as table
from tests.clock import NOON
from tests.world import ANA

MINUTE = timedelta(minutes=1)


def test_a_pause_bears_who_when_and_why(world):
    world.add_job("backup", every="1m")
    job = world.holds.pause("backup", ANA, reason="moving house")
    assert (job.status, job.paused_by, job.paused_at) == ("paused", "ana", NOON)
    assert (job.pause_reason, job.next_run) == ("moving house", None)


def test_the_paused_time_is_one_skipped_row_with_its_count(world):
    world.add_job("backup", every="1m")
    world.holds.pause("backup", ANA)
    world.after(600)
    world.holds.resume("backup", ANA)
    skipped = world.last("backup")
    assert (skipped.status, skipped.slot_count) == (Status.SKIPPED, 10)
    assert (skipped.slot_first, skipped.scheduled_for) == (NOON + MINUTE, NOON + 10 * MINUTE)
    assert skipped.reason.startswith("paused: 10 slots from")


def test_resuming_never_fires_for_the_past(world):
    world.add_job("backup", every="1m", misfire="run_all")
    world.holds.pause("backup", ANA)
    world.clock.advance(90)
    job = world.holds.resume("backup", ANA)
    assert job.next_run == NOON + 2 * MINUTE
    assert world.tick().queued == 0


def test_a_pause_without_a_slot_in_it_leaves_no_row(world):
    world.add_job("backup", every="1m")
    world.holds.pause("backup", ANA)
    world.clock.advance(30)
    world.holds.resume("backup", ANA)
    assert world.history() == []


def test_slots_that_were_due_but_not_planned_when_the_pause_came_are_accounted_for(world):
    world.add_job("backup", every="1m")
    world.clock.advance(150)
    world.holds.pause("backup", ANA)
    world.clock.advance(60)
    world.holds.resume("backup", ANA)
    assert [(row.status, row.slot_count) for row in world.history()] == [("skipped", 2), ("skipped", 1)]


def test_a_pause_until_a_time_ends_by_itself(world):
    world.add_job("backup", every="1m")
    world.holds.pause("backup", ANA, until=NOON + 5 * MINUTE)
    world.clock.advance(299)
    assert world.holds.resume_due() == 0
    world.clock.advance(1)
    assert world.holds.resume_due() == 1
    job = world.jobs.get("backup")
    assert (job.status, job.next_run) == ("active", NOON + 6 * MINUTE)
    assert world.audited()[-1] == ("rota", "job.resume", "job:backup")


def test_a_schedule_that_no_longer_holds_is_the_problem_of_its_job_and_in_the_way_of_no_other(world):
    for name in ("abolished", "sound"):
        world.holds.pause(
            world.add_job(name, daily="13:00", timezone="Europe/Paris").id, ANA, until=NOON + MINUTE
        )
    job = world.jobs.get("abolished")
    with world.db.write() as conn:
        table.change(conn, job.id, {"timezone": "Mars/Olympus"}, by="test", at=NOON)
    world.clock.advance(86_400)
    assert world.holds.resume_due() == 2
    broken, sound = world.jobs.search()
    assert (broken.status, broken.paused_at, broken.next_run) == ("problem", None, None)
    assert "Mars/Olympus" in broken.problem
    assert (sound.status, sound.next_run) == ("active", NOON + timedelta(days=2))


def test_a_pause_that_cannot_be_ended_is_in_the_way_of_no_other(world, monkeypatch):
    for name in ("a", "b"):
        world.holds.pause(world.add_job(name).id, ANA, until=NOON)
    resume = world.holds._resume
    monkeypatch.setattr(
        world.holds, "_resume", lambda c, job, by: resume(c, job, by) if job.name == "b" else 1 / 0
    )
    with pytest.raises(ExceptionGroup, match="some pauses could not be ended"):
        world.holds.resume_due()
    assert [job.status for job in world.jobs.search()] == ["paused", "active"]


def test_a_job_is_paused_and_resumed_only_once(world):
    world.add_job("backup")
    with pytest.raises(Conflict, match='job "backup" is not paused'):
        world.holds.resume("backup", ANA)
    world.holds.pause("backup", ANA)
    with pytest.raises(Conflict, match="is paused already, since 2026-03-02 12:00 UTC by ana"):
        world.holds.pause("backup", ANA)


@pytest.mark.parametrize(("hold", "release"), [("pause", "resume"), ("disable", "enable")])
def test_queued_and_retry_rows_are_held_too_and_let_go_with_the_job(world, hold, release):
    world.add_job("queued")
    world.executions.execute("queued", ANA)
    world.add_job("retried", max_retries=1)
    world.executions.execute("retried", ANA)
    world.end(world.claim(only=world.last("retried").id)[0], Status.FAILED)
    for name in ("queued", "retried"):
        getattr(world.holds, hold)(name, ANA)
    world.clock.advance(60)
    assert world.claim() == []
    assert {row.hold for row in world.waiting()} == {"job"}
    for name in ("queued", "retried"):
        getattr(world.holds, release)(name, ANA)
    assert len(world.claim()) == 2


@pytest.mark.parametrize("hold", ["pause", "disable"])
def test_what_runs_finishes(world, hold):
    world.add_job("backup")
    world.executions.execute("backup", ANA)
    (attempt,) = world.claim()
    getattr(world.holds, hold)("backup", ANA)
    assert world.end(attempt)


def test_enabling_never_fires_for_the_past(world):
    world.add_job("backup", every="1m", misfire="run_all")
    world.holds.disable("backup", ANA)
    assert world.jobs.get("backup").next_run is None
    world.clock.advance(600)
    world.holds.enable("backup", ANA)
    assert world.tick().queued == 0
    assert world.jobs.get("backup").next_run == NOON + 11 * MINUTE


def test_disabling_accounts_for_the_slots_that_were_due(world):
    world.add_job("backup", every="1m")
    world.clock.advance(150)
    world.holds.disable("backup", ANA)
    assert [(row.status, row.slot_count) for row in world.history()] == [("skipped", 2)]


@pytest.mark.parametrize("order", [("resume", "enable"), ("enable", "resume")])
def test_a_job_both_paused_and_disabled_fires_when_it_is_neither(world, order):
    world.add_job("backup", every="1m")
    world.executions.execute("backup", ANA)
    world.holds.pause("backup", ANA)
    world.holds.disable("backup", ANA)
    first, second = order
    getattr(world.holds, first)("backup", ANA)
    assert world.after(60).queued == 0
    assert world.claim() == []
    getattr(world.holds, second)("backup", ANA)
    assert len(world.claim()) == 1
    assert world.jobs.get("backup").next_run is not None


def test_what_waits_behind_another_stays_so_when_its_job_is_resumed(world):
    world.add_job("backup", every="1m", overlap="queue_all")
    world.after(60)
    (running,) = world.claim()
    world.after(60)
    world.holds.pause("backup", ANA)
    world.holds.resume("backup", ANA)
    assert world.claim() == []
    world.end(running)
    assert len(world.claim()) == 1


def test_an_ending_under_a_pause_lets_nothing_go_and_the_resuming_does(world):
    world.add_job("backup", every="1m", overlap="queue_all")
    world.after(60)
    (running,) = world.claim()
    world.after(60)
    world.holds.pause("backup", ANA)
    world.end(running)
    assert world.claim() == []
    world.holds.resume("backup", ANA)
    assert len(world.claim()) == 1


def test_what_may_overlap_from_now_on_still_waits_for_its_paused_job(world):
    world.add_job("backup", every="1m", overlap="queue_all")
    world.after(60)
    world.after(60)
    world.holds.pause("backup", ANA)
    world.jobs.update("backup", JobPatch(overlap="allow"), ANA)
    assert world.claim() == []
    world.holds.resume("backup", ANA)
    assert len(world.claim()) == 2


def test_a_pause_over_a_clock_set_back_tells_no_slot_twice(world):
    world.add_job("backup", every="15m")
    world.after(3600)
    world.clock.wall = NOON - timedelta(minutes=20)
    world.holds.pause("backup", ANA)
    world.clock.advance(3600)
    job = world.holds.resume("backup", ANA)
    assert job.last_slot == NOON + timedelta(hours=1)
    assert job.next_run == NOON + timedelta(minutes=75)
    slots = [row.scheduled_for for row in world.history()]
    assert len(slots) == len(set(slots))


def test_a_pause_that_outlasts_a_change_of_schedule_is_told_by_the_schedule_at_its_end(world):
    world.add_job("backup", every="1m")
    world.holds.pause("backup", ANA)
    world.clock.advance(300)
    world.jobs.update("backup", JobPatch(schedule_type="interval", schedule_expression="2m"), ANA)
    world.clock.advance(300)
    world.holds.resume("backup", ANA)
    assert world.last().slot_count == 5


def test_every_switch_is_in_the_audit_log(world):
    world.add_job("backup")
    for verb in ("pause", "resume", "disable", "enable"):
        getattr(world.holds, verb)("backup", ANA)
    assert world.audited()[1:] == [
        ("ana", f"job.{verb}", "job:backup") for verb in ("pause", "resume", "disable", "enable")
    ]
