"""Rule "Missed": a slot planned later than the grace is missed; what then runs is for the misfire policy to say."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rota.domain.job import Misfire
from rota.domain.plan import MOST, Plan, Slots, plan
from rota.domain.schedule import Schedule

HOURLY = Schedule("cron", "0 * * * *")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def planned(now: datetime, misfire: Misfire = Misfire.RUN_ONCE, due: datetime = NOON, **how) -> Plan:
    return plan(HOURLY, due, now, misfire=misfire, **how)


def instants(runs: tuple[Slots, ...]) -> list[datetime]:
    return [slot.last for slot in runs]


@pytest.mark.parametrize("misfire", Misfire)
def test_a_slot_planned_on_time_runs_whatever_the_policy(misfire):
    made = planned(NOON, misfire)
    assert instants(made.runs) == [NOON]
    assert made.missed is None
    assert made.next_run == NOON + HOUR
    assert made.last_slot == NOON


@pytest.mark.parametrize("misfire", Misfire)
def test_a_slot_planned_at_the_very_end_of_its_grace_is_on_time(misfire):
    made = planned(NOON + MINUTE, misfire)
    assert made.runs == (Slots(NOON, NOON, late=False),)


def test_a_single_late_slot_is_missed_under_skip():
    made = planned(NOON + MINUTE + timedelta(microseconds=1), Misfire.SKIP)
    assert made.runs == ()
    assert made.missed == Slots(NOON, NOON, late=True)


@pytest.mark.parametrize("misfire", [Misfire.RUN_ONCE, Misfire.RUN_ALL])
def test_a_single_late_slot_runs_and_is_told_late_under_the_other_policies(misfire):
    made = planned(NOON + 2 * MINUTE, misfire)
    assert made.runs == (Slots(NOON, NOON, late=True),)
    assert made.missed is None


def test_run_once_runs_the_latest_and_tells_the_rest_as_one():
    made = planned(NOON + 3 * HOUR + 5 * MINUTE)
    assert instants(made.runs) == [NOON + 3 * HOUR]
    assert made.missed == Slots(NOON + 2 * HOUR, NOON, 3, late=True)


def test_skip_runs_none_of_several_late_slots():
    made = planned(NOON + 3 * HOUR + 5 * MINUTE, Misfire.SKIP)
    assert made.runs == ()
    assert made.missed == Slots(NOON + 3 * HOUR, NOON, 4, late=True)
    assert made.last_slot == NOON + 3 * HOUR
    assert made.next_run == NOON + 4 * HOUR


def test_skip_still_runs_the_slot_that_is_on_time():
    made = planned(NOON + 3 * HOUR, Misfire.SKIP)
    assert made.runs == (Slots(NOON + 3 * HOUR, NOON + 3 * HOUR, late=False),)
    assert made.missed == Slots(NOON + 2 * HOUR, NOON, 3, late=True)


def test_run_all_runs_each_slot_oldest_first():
    made = planned(NOON + 3 * HOUR + 5 * MINUTE, Misfire.RUN_ALL)
    assert instants(made.runs) == [NOON + n * HOUR for n in range(4)]
    assert made.missed is None


def test_run_all_runs_at_most_the_catch_up_limit_and_misses_the_oldest():
    made = planned(NOON + 9 * HOUR + 5 * MINUTE, Misfire.RUN_ALL, limit=3)
    assert instants(made.runs) == [NOON + n * HOUR for n in (7, 8, 9)]
    assert made.missed == Slots(NOON + 6 * HOUR, NOON, 7, late=True)


def test_slots_within_the_grace_all_run_when_none_is_late():
    often = Schedule("interval", "15s")
    made = plan(often, NOON, NOON + timedelta(seconds=40))
    assert instants(made.runs) == [NOON + timedelta(seconds=n) for n in (0, 15, 30)]


def test_a_schedule_that_ends_is_due_no_more():
    made = plan(Schedule("once", "2026-03-02T12:00:00Z"), NOON, NOON)
    assert made.next_run is None
    assert instants(made.runs) == [NOON]


def test_one_plan_is_bounded_however_many_slots_are_on_time():
    often = Schedule("interval", "1s")
    made = plan(often, NOON, NOON + 2 * HOUR, grace=timedelta(hours=3))
    assert len(made.runs) == MOST + 1
    assert made.missed is not None
    assert made.missed.count + len(made.runs) == 7201


def test_a_year_of_seconds_is_counted_and_not_walked():
    made = plan(Schedule("interval", "1s"), NOON, NOON + timedelta(days=365))
    assert made.missed is not None
    assert made.missed.count == 365 * 86400
    assert len(made.runs) == 1


@given(
    downtime=st.integers(0, 200_000),
    every=st.sampled_from(["7s", "1m", "15m", "1h"]),
    misfire=st.sampled_from(Misfire),
    grace=st.sampled_from([0, 60, 3600]),
    limit=st.integers(1, 5),
)
def test_every_slot_is_accounted_for_once_by_a_run_or_in_the_count(downtime, every, misfire, grace, limit):
    schedule, now = Schedule("interval", every, anchor=NOON), NOON + timedelta(seconds=downtime)
    made = plan(schedule, NOON, now, misfire=misfire, grace=timedelta(seconds=grace), limit=limit)
    runs = instants(made.runs)
    assert runs == sorted(set(runs))
    missed = made.missed.count if made.missed else 0
    assert missed + len(runs) == schedule.count(NOON - timedelta(microseconds=1), now).n
    if made.missed and runs:
        assert made.missed.last < runs[0]
    assert made.next_run is not None
    assert made.last_slot <= now < made.next_run
    assert made.next_run == schedule.next_after(made.last_slot)
    if misfire is Misfire.SKIP:
        assert all(at >= now - timedelta(seconds=grace) for at in runs)
