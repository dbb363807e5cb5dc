"""What is read and what is refused: each refusal names the part and the fix; a hostile text costs little."""

from contextlib import suppress
from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rota.domain.errors import Invalid, InvalidSchedule
from rota.domain.kinds import Kind
from rota.domain.schedule import Schedule, check_new

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WORST_SECONDS = 0.005


@pytest.mark.parametrize(
    ("kind", "expression", "part", "says"),
    [
        ("cron", "61 * * * *", "61", '"61" is not a minute; write 0-59'),
        ("cron", "* * * *", "* * * *", "this has 4; write minute hour day-of-month month day-of-week"),
        ("cron", "* * * * * * 2030", "* * * * * * 2030", "this has 7"),
        ("cron", "* 17-9 * * *", "17-9", "runs backwards; write 17-23,0-9"),
        ("cron", "* * * * FRI-MON", "FRI-MON", "runs backwards; write FRI-SUN,MON-MON"),
        ("cron", "*/0 * * * *", "*/0", "not a number from 1"),
        ("cron", "*/90 * * * *", "*/90", "larger than the field, which has 60 values"),
        ("cron", f"*/{10**30} * * * *", f"*/{10**30}", "larger than the field"),
        ("cron", "1,,2 * * * *", "", "an empty item is not a minute"),
        ("cron", "* * * FOO *", "FOO", "write 1-12 or JAN-DEC"),
        ("cron", "* * 32W * *", "32W", "is not a day of the month"),
        ("cron", "* * * * 5#6", "5#6", "is not a day of the week"),
        ("cron", "* * * * L", "L", "5L"),
        ("cron", "-5 * * * *", "-5", "is not a minute"),
        ("cron", "+5 * * * *", "+5", "is not a minute"),
        ("cron", "1_0 * * * *", "1_0", "is not a minute"),
        ("cron", "٣ * * * *", "٣", "is not a plain ASCII character"),
        ("cron", "@reboot", "@reboot", "not a time"),
        ("cron", "@often", "@OFTEN", "there are @yearly, @annually"),
        ("cron", "", "", "five fields"),
        ("interval", "0", "0", "never moves on"),
        ("interval", "5 minutes", "5 minutes", "write 30 (minutes), 45s, 15m, 2h or 1d"),
        ("interval", "99999d", "99999d", "longer than 50 years"),
        ("daily", "24:00", "24:00", "write HH:MM"),
        ("daily", "9:30,", "9:30,", "is empty"),
        ("weekly", "7:10:00", "7", "0 (Monday) to 6 (Sunday)"),
        ("weekly", "10:00", "10:00", "both days and time"),
        ("monthly", "0:10:00", "0", "1 to 31, or L"),
        ("monthly", "10", "10", "both days and time"),
        ("once", "tomorrow", "tomorrow", "write 2026-03-29T09:30"),
        ("once", "2026-02-30T10:00", "2026-02-30T10:00", "is not a date and time"),
        ("once", "0001-01-01T00:00+23:00", "0001-01-01T00:00+23:00", "is not a date and time"),
        ("manual", "now", "now", "leave it empty"),
        ("crom", "", "crom", 'did you mean "cron"?'),
    ],
)
def test_a_refusal_names_the_part_and_the_fix(kind, expression, part, says):
    with pytest.raises(InvalidSchedule) as refused:
        Schedule(kind, expression)
    assert refused.value.part == part
    assert says in str(refused.value)
    assert isinstance(refused.value, Invalid)
    assert refused.value.code == "invalid_schedule"
    assert refused.value.fix


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("@daily", "0 0 * * *"),
        ("@Midnight", "0 0 * * *"),
        ("@weekly", "0 0 * * SUN"),
        ("0 0 ? * mon", "0 0 * * 1"),
        ("5/20 * * * *", "5-59/20 * * * *"),
        ("0 0 * * SAT-SUN", "0 0 * * 6,0"),
        ("0 0 * * 5-0", "0 0 * * 5,6,7"),
        ("0 0 * * 7", "0 0 * * 0"),
        ("0 0 * jan-mar *", "0 0 * 1,2,3 *"),
        ("  0\t0 1 1 *  ", "0 0 1 1 *"),
        ("0 0 0 1 1 *", "0 0 1 1 *"),
        ("0 0 * * fri#2", "0 0 * * 5#2"),
        ("0 0 * * FRIL", "0 0 * * 5L"),
    ],
)
def test_two_ways_to_write_the_same(given, meant):
    assert Schedule("cron", given).fires(NOW, 20) == Schedule("cron", meant).fires(NOW, 20)


@pytest.mark.parametrize(
    ("zone", "says"),
    [
        ("Europe/Pari", 'did you mean "Europe/Paris"?'),
        ("europe/paris", 'did you mean "Europe/Paris"?'),
        ("Tokyo", 'did you mean "Asia/Tokyo"?'),
        ("New York", 'did you mean "America/New_York"?'),
        ("localtime", "no time zone named"),
        ("../../etc/passwd", "no time zone named"),
        ("", "no time zone named"),
    ],
)
def test_an_unknown_zone_is_refused_with_the_nearest_name(zone, says):
    with pytest.raises(InvalidSchedule, match="no time zone named") as refused:
        Schedule("daily", "09:30", zone)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"cron": "* * * * *", "daily": "09:30"}, "one schedule, not cron=, daily="),
        ({"hourly": "5"}, "one of cron=, every=, daily=, weekly=, monthly=, at="),
    ],
)
def test_the_words_of_the_decorator_are_checked(given, says):
    with pytest.raises(InvalidSchedule, match=says):
        Schedule.of(**given)


@pytest.mark.parametrize(("kind", "anchor"), [("daily", NOW), ("interval", NOW.replace(tzinfo=None))])
def test_an_anchor_is_the_aware_instant_of_an_interval(kind, anchor):
    with pytest.raises(InvalidSchedule, match="anchor"):
        Schedule(kind, "09:30" if kind == "daily" else "30", anchor=anchor)


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        Schedule("daily", "09:30").next_after(NOW.replace(tzinfo=None))


@pytest.mark.parametrize(
    "expression", ["0 0 31 2 *", "0 0 30 FEB *", "0 0 31W 4 *", "0 0 L-30 2 *", "* * 31 6,9 *"]
)
def test_a_schedule_without_a_fire_is_read_but_not_saved(expression):
    schedule = Schedule("cron", expression, "Europe/Paris")
    assert schedule.next_after(NOW) is None
    assert schedule.previous_before(NOW) is None
    with pytest.raises(InvalidSchedule, match="has no fire within 50 years"):
        check_new(schedule, NOW)


def test_a_single_time_in_the_past_is_read_but_not_saved():
    with pytest.raises(InvalidSchedule, match="is in the past"):
        check_new(Schedule("once", "2020-01-01T00:00"), NOW)


HOSTILE = [
    "0" * 1_000_000,
    "* " * 500_000,
    ",".join(["1"] * 100_000) + " * * * *",
    ",".join(["1"] * 101) + " * * * *",
    "1-" * 120,
    f"*/{10**30} * * * *",
    f"{'9' * 240} * * * *",
    "١٢ * * * *",
    "0 0 31 2 *",
    "* * 31 2,4,6,9,11 *",
    "* * * * * 31W 2 *",
    "0 0 30W 2 *",
    "0 0 29 2 1#5",
    "* * * 29 2 5#5",
    "0 0 L-30 2 1#1",
    "* * * * * *",
    "0-59,0-59,0-59 0-59 0-23 1-31 1-12 0-7",
    "*/59,1-58/57 */59 */23 */31 */12 */7",
    "@" * 250,
    "L,LW,L-3,1W,2W,3W,4W,5W 0 L,LW,L-1,1W 2 1#1,2#2,5#5,6L",
    "0 0 1W,2W,3W,4W,5W,6W,7W,8W,9W,10W,11W,12W,13W,14W,15W,16W,17W,18W,19W,L,LW,L-9 2 1#1,2#2,3#3,4#5,6L",
    "\x00" * 200,
    "${" * 100,
]


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_expression_costs_under_five_milliseconds(kind, text):
    Schedule("daily", "02:30", "Europe/Paris").fires(NOW, 1)
    took = []
    for attempt in range(5):
        begin = process_time()
        with suppress(InvalidSchedule):
            Schedule(kind, text + " " * attempt, "Europe/Paris").next_after(NOW)
        took.append(process_time() - begin)
    assert min(took) < WORST_SECONDS


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_refusal_is_short_however_long_the_text(text):
    with pytest.raises(InvalidSchedule, match=r"(?s)^.{10,400}$"):
        Schedule("daily", text)


def test_a_hostile_zone_costs_little_too():
    with pytest.raises(InvalidSchedule):
        Schedule("daily", "02:30", "Europe/Pxris")
    took = []
    for letter in "ABC":
        begin = process_time()
        with pytest.raises(InvalidSchedule):
            Schedule("daily", "02:30", letter * 1_000_000)
        took.append(process_time() - begin)
    assert min(took) < 4 * WORST_SECONDS


@given(st.sampled_from(list(Kind)), st.text(alphabet="0123456789*/,-LW#?@: SUNMOFRIAJd\t", max_size=40))
@settings(max_examples=1500, deadline=None)
def test_any_text_is_either_read_or_refused(kind, text):
    with suppress(InvalidSchedule):
        schedule = Schedule(kind, text, "Europe/Paris")
        assert schedule.explain()
        assert (schedule.next_after(NOW) or datetime.max.replace(tzinfo=UTC)) > NOW
