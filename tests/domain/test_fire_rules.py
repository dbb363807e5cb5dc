"""Each named rule of the fire times, as an example that one can check by hand."""

import pickle
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rota.domain.schedule import Schedule, check_new

PARIS, NEW_YORK = "Europe/Paris", "America/New_York"
SPRING, AUTUMN = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)


def local_fires(schedule: Schedule, after: datetime, n: int) -> list[str]:
    """The next fires as the zone's clock shows them, with the offset."""
    zone = ZoneInfo(schedule.timezone)
    return [fire.astimezone(zone).strftime("%m-%d %H:%M%z") for fire in schedule.fires(after, n)]


def test_g_day_either_day_field_is_enough_when_neither_begins_with_a_star():
    fires = Schedule("cron", "0 0 13 * FRI").fires(datetime(2026, 2, 1, tzinfo=UTC), 5)
    assert [fire.day for fire in fires] == [6, 13, 20, 27, 6]


def test_g_day_both_day_fields_must_match_when_one_begins_with_a_star():
    fires = Schedule("cron", "0 0 */2 * FRI").fires(datetime(2026, 2, 1, tzinfo=UTC), 3)
    assert [(fire.month, fire.day) for fire in fires] == [(2, 13), (2, 27), (3, 13)]


@pytest.mark.parametrize("expression", ["*/30 2 * * *", "30 */2 * * *", "*/15 * * * *"])
def test_d_class_a_star_in_minute_or_hour_makes_a_wildcard_which_repeats(expression):
    seen = local_fires(Schedule("cron", expression, PARIS), AUTUMN, 100)
    assert "10-25 02:30+0200" in seen
    assert "10-25 02:30+0100" in seen


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule("cron", "30 2 * * *", PARIS),
        Schedule("cron", "0-59/30 2,3 * * *", PARIS),
        Schedule("daily", "02:30", PARIS),
        Schedule("weekly", "SUN:02:30", PARIS),
        Schedule("monthly", "25:02:30", PARIS),
    ],
)
def test_d_class_all_else_is_a_fixed_time_which_does_not_repeat(schedule):
    seen = local_fires(schedule, AUTUMN, 10)
    assert "10-25 02:30+0200" in seen
    assert "10-25 02:30+0100" not in seen


def test_d_wild_fires_at_no_minute_that_the_clock_skips():
    seen = local_fires(Schedule("cron", "*/30 * * * *", PARIS), datetime(2026, 3, 29, 0, 10, tzinfo=UTC), 3)
    assert seen == ["03-29 01:30+0100", "03-29 03:00+0200", "03-29 03:30+0200"]


def test_d_gap_a_skipped_time_fires_at_the_first_instant_after_the_gap():
    assert local_fires(Schedule("daily", "02:30", PARIS), SPRING, 2) == [
        "03-29 03:00+0200",
        "03-30 02:30+0200",
    ]


def test_d_once_several_skipped_times_are_one_fire():
    seen = local_fires(Schedule("daily", "02:00,02:20,02:40,03:00", PARIS), SPRING, 2)
    assert seen == ["03-29 03:00+0200", "03-30 02:00+0200"]


def test_d_gap_the_date_is_tested_on_the_skipped_local_time():
    # Samoa had no 30 December 2011: what was due on it runs when the 31st begins, though that is a Saturday.
    schedule = Schedule("cron", "0 9 * * FRI", "Pacific/Apia")
    seen = local_fires(schedule, datetime(2011, 12, 29, tzinfo=UTC), 2)
    assert seen == ["12-31 00:00+1400", "01-06 09:00+1400"]


def test_d_fold_a_time_that_occurs_twice_fires_at_the_first():
    seen = local_fires(Schedule("cron", "30 1 * * *", NEW_YORK), datetime(2026, 10, 31, 12, tzinfo=UTC), 2)
    assert seen == ["11-01 01:30-0400", "11-02 01:30-0500"]


def test_asked_within_the_repeated_hour_the_answer_is_later_and_never_the_time_that_has_passed():
    second_half_past_two = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert local_fires(Schedule("daily", "02:30", PARIS), second_half_past_two, 1) == ["10-26 02:30+0100"]


@pytest.mark.parametrize(
    ("zone", "day", "expression", "expected"),
    [
        ("Australia/Lord_Howe", datetime(2026, 10, 3, 12, tzinfo=UTC), "15 2 * * *", "10-04 02:30+1100"),
        ("Africa/Casablanca", datetime(2024, 4, 13, 12, tzinfo=UTC), "30 2 * * *", "04-14 03:00+0100"),
        ("Asia/Pyongyang", datetime(2018, 5, 4, 12, tzinfo=UTC), "45 23 4 * *", "05-05 00:00+0900"),
        ("Pacific/Apia", datetime(2011, 12, 29, 12, tzinfo=UTC), "30 5 30 12 *", "12-31 00:00+1400"),
    ],
)
def test_d_any_every_change_of_offset_is_treated_alike(zone, day, expression, expected):
    assert local_fires(Schedule("cron", expression, zone), day, 1) == [expected]


def test_an_interval_is_elapsed_time_counted_from_1970():
    fires = Schedule("interval", "30", PARIS).fires(SPRING + timedelta(minutes=7), 2)
    assert fires == [SPRING + timedelta(minutes=30), SPRING + timedelta(minutes=60)]


def test_an_anchor_moves_the_phase_of_an_interval_and_not_its_beginning():
    anchor = datetime(2030, 1, 1, 0, 0, 7, 250_000, tzinfo=UTC)
    schedule = Schedule("interval", "10s", anchor=anchor)
    assert schedule.next_after(SPRING) == SPRING + timedelta(seconds=7, microseconds=250_000)


def test_an_interval_may_be_shorter_than_a_minute_and_is_strictly_later():
    schedule = Schedule("interval", "2s")
    assert schedule.next_after(SPRING) == SPRING + timedelta(seconds=2)
    assert schedule.next_after(SPRING + timedelta(microseconds=1)) == SPRING + timedelta(seconds=2)


def test_a_month_without_the_day_is_skipped_and_never_clamped():
    fires = Schedule("monthly", "31:08:00").fires(datetime(2026, 1, 1, tzinfo=UTC), 7)
    assert [fire.month for fire in fires] == [1, 3, 5, 7, 8, 10, 12]


def test_l_is_the_last_day_of_every_month():
    fires = Schedule("monthly", "L:08:00").fires(datetime(2028, 1, 1, tzinfo=UTC), 3)
    assert [fire.day for fire in fires] == [31, 29, 31]


def test_weekly_days_count_from_monday_and_cron_days_from_sunday():
    assert Schedule("weekly", "0:10:00").fires(SPRING, 1)[0].strftime("%a") == "Mon"
    assert Schedule("cron", "0 10 * * 0").fires(SPRING, 1)[0].strftime("%a") == "Sun"


def test_once_is_an_instant_or_a_local_time_and_then_finished():
    assert Schedule("once", "2026-03-29T09:30:00.5Z", PARIS).next_after(SPRING) == datetime(
        2026, 3, 29, 9, 30, 0, 500_000, tzinfo=UTC
    )
    local = Schedule("once", "2026-03-30 09:30", PARIS)
    assert local.fires(SPRING, 5) == [datetime(2026, 3, 30, 7, 30, tzinfo=UTC)]
    assert local.next_after(datetime(2026, 3, 30, 7, 30, tzinfo=UTC)) is None


def test_manual_never_fires():
    assert Schedule("manual").next_after(SPRING) is None
    assert Schedule("manual").previous_before(SPRING) is None
    assert check_new(Schedule("manual"), SPRING) == ()


def test_leap_days_are_found_over_the_longest_wait():
    assert Schedule("cron", "0 0 29 2 *").next_after(datetime(2096, 3, 1, tzinfo=UTC)) == datetime(
        2104, 2, 29, tzinfo=UTC
    )
    # The longest wait of all: a 29 February that is a Monday, over the year 2100, which is no leap year.
    fires = Schedule("cron", "0 0 29-31/2 2 */7,1").fires(datetime(2072, 1, 1, tzinfo=UTC), 400)
    assert [fire.year for fire in fires if fire.weekday() == 0][:3] == [2072, 2112, 2140]


def test_a_schedule_is_a_value():
    one = Schedule("cron", "0 3 * * *", PARIS)
    assert one == Schedule(kind="cron", expression="0 3 * * *", timezone=PARIS, anchor=None)
    assert len({one, Schedule("cron", "0 3 * * *", PARIS), Schedule("cron", "0 3 * * *")}) == 2
    assert pickle.loads(pickle.dumps(one)).next_after(SPRING) == one.next_after(SPRING)


def test_the_words_of_the_decorator_mean_kinds():
    assert Schedule.of(every="2s") == Schedule("interval", "2s")
    assert Schedule.of(PARIS, at="2030-01-01T00:00") == Schedule("once", "2030-01-01T00:00", PARIS)
    assert Schedule.of(cron=None, daily=None) == Schedule("manual")


def test_microseconds_in_and_out_are_the_same_answers_without_datetimes():
    assert Schedule("daily", "00:00").next_micros(0) == 86_400_000_000
    assert Schedule("manual").next_micros(0) is None


SCHEDULES = st.sampled_from(
    [
        Schedule(kind, expression, zone)
        for zone in ("UTC", PARIS, NEW_YORK, "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca")
        for kind, expression in [
            ("interval", "45s"),
            ("interval", "7h"),
            ("daily", "02:30,23:59:59"),
            ("weekly", "5,6:01:30"),
            ("monthly", "1,31,L:00:00"),
            ("cron", "*/7 * * * *"),
            ("cron", "30 2 * * *"),
            ("cron", "15 30 1-3 * * *"),
            ("cron", "0 0 LW,15W * *"),
            ("cron", "*/5 2 13 * 5#2"),
        ]
    ]
)
INSTANTS = st.integers(23 * 365 * 86400 * 10**6, 67 * 365 * 86400 * 10**6).map(
    lambda micros: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
)


@given(SCHEDULES, INSTANTS)
@settings(max_examples=300, deadline=None)
def test_next_is_strictly_later_and_previous_is_its_inverse(schedule, instant):
    following = schedule.next_after(instant)
    assert following > instant
    assert schedule.previous_before(following) in (
        None,
        schedule.previous_before(instant + timedelta(microseconds=1)),
    )
    assert schedule.previous_before(following + timedelta(microseconds=1)) == following
    assert schedule.next_after(following - timedelta(microseconds=1)) == following


@given(SCHEDULES, INSTANTS, st.integers(1, 40))
@settings(max_examples=200, deadline=None)
def test_n_fires_are_n_single_steps_and_are_counted_without_walking(schedule, instant, n):
    fires, at = schedule.fires(instant, n), instant
    for fire in fires:
        at = schedule.next_after(at)
        assert at == fire
    assert len(fires) == n
    assert schedule.count(instant, fires[-1]) == (n, True)


@given(SCHEDULES, INSTANTS, st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_any_fire_is_reached_from_any_earlier_instant(schedule, instant, part):
    first, second = schedule.fires(instant, 2)
    between = first + (second - first) * part
    assert schedule.next_after(min(between, second - timedelta(microseconds=1))) == second


def test_a_count_is_exact_for_fifty_years_and_at_least_so_many_beyond():
    start = datetime(1990, 1, 1, tzinfo=UTC)
    assert Schedule("daily", "12:00", PARIS).count(start, datetime(2030, 1, 1, tzinfo=UTC)) == (14610, True)
    beyond = Schedule("daily", "12:00", PARIS).count(start, datetime(2990, 1, 1, tzinfo=UTC))
    assert beyond.n >= 50 * 365
    assert not beyond.exact
    assert Schedule("interval", "1s").count(start, datetime(2990, 1, 1, tzinfo=UTC)).exact


@pytest.mark.parametrize("instant", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
@pytest.mark.parametrize("zone", ["UTC", PARIS, "Pacific/Apia"])
@pytest.mark.parametrize("expression", ["* * * * *", "0 0 1 1 *", "30 2 * * *"])
def test_the_ends_of_the_calendar_are_not_an_error(instant, zone, expression):
    schedule = Schedule("cron", expression, zone)
    for answer in (schedule.next_after(instant), schedule.previous_before(instant)):
        assert answer is None or answer.tzinfo is UTC
