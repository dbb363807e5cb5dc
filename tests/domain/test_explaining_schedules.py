"""Schedules in words: sentences, notes, and previews of odd days."""

from datetime import UTC, datetime

import pytest

from rota.domain.schedule import Schedule, check_new

PARIS = "Europe/Paris"


@pytest.mark.parametrize(
    ("schedule", "sentence"),
    [
        (Schedule("manual"), "Only when it is asked for"),
        (Schedule("interval", "30"), "Every 30 minutes, at :00 and :30 (UTC)"),
        (Schedule("interval", "2s"), "Every 2 seconds"),
        (Schedule("interval", "60"), "Every hour, at :00 (UTC)"),
        (Schedule("interval", "7h"), "Every 7 hours, counted from 1 January 1970 00:00 UTC"),
        (
            Schedule("interval", "1d", anchor=datetime(2026, 1, 1, 9, tzinfo=UTC)),
            "Every day, counted from 2026-01-01 09:00:00+00:00",
        ),
        (Schedule("daily", "09:30"), "Every day at 09:30, UTC"),
        (Schedule("daily", "14:30,09:30:15", PARIS), "Every day at 09:30:15 and 14:30, Europe/Paris time"),
        (Schedule("weekly", "1:10:00"), "Every Tuesday at 10:00, UTC"),
        (Schedule("weekly", "0,2,SUN:10:00"), "Every Monday, Wednesday and Sunday at 10:00, UTC"),
        (
            Schedule("monthly", "1,15,L:08:00"),
            "On day 1 and 15 and the last day of every month at 08:00, UTC",
        ),
        (Schedule("monthly", "L:08:00"), "On the last day of every month at 08:00, UTC"),
        (
            Schedule("once", "2026-03-29T02:30", PARIS),
            "Once, on Sunday 29 March 2026 at 02:30, Europe/Paris time",
        ),
        (Schedule("cron", "* * * * *"), "Every minute, UTC"),
        (Schedule("cron", "0 3 * * *"), "At 03:00, every day, UTC"),
        (
            Schedule("cron", "*/15 9-17 * * MON-FRI"),
            "Every 15 minutes of hours 9-17, on Monday to Friday, UTC",
        ),
        (Schedule("cron", "5 * * * *"), "Minute 5 of every hour, UTC"),
        (Schedule("cron", "0 0 1 1,7 *"), "At 00:00, on day 1 of the month in January and July, UTC"),
        (
            Schedule("cron", "0 0 * * 5#2,1L"),
            "At 00:00, on the second Friday of the month and the last Monday of the month, UTC",
        ),
        (Schedule("cron", "0 0 LW * *"), "At 00:00, on the last weekday of the month, UTC"),
        (Schedule("cron", "*/10 * * * * *"), "Every 10 seconds, UTC"),
    ],
)
def test_a_schedule_is_explained_in_a_sentence(schedule, sentence):
    assert schedule.explain() == sentence


def test_rule_g_day_is_spelled_out_when_both_day_fields_are_given():
    either, both = Schedule("cron", "0 0 13 * FRI").explain(), Schedule("cron", "0 0 */2 * FRI").explain()
    assert "on day 13 of the month or on Friday" in either
    assert "so either is enough" in either
    assert "if it is Friday" in both
    assert "so a day must match both" in both


@pytest.mark.parametrize(
    ("schedule", "notes"),
    [
        (Schedule("monthly", "31:08:00"), ("runs in 7 months of the year; L is the last day",)),
        (Schedule("monthly", "30:08:00"), ("runs in 11 months of the year; L is the last day",)),
        (
            Schedule("monthly", "29:08:00"),
            ("runs in 11 months of the year, and in February of leap years; L is the last day",),
        ),
        (Schedule("monthly", "1,31:08:00"), ("day 31 runs in 7 months of the year; L is the last day",)),
        (Schedule("monthly", "28,L:08:00"), ()),
        (Schedule("cron", "0 0 31 * *"), ("runs in 7 months of the year; L is the last day",)),
        (Schedule("cron", "0 0 31 1 *"), ()),
        (Schedule("cron", "0 0 31 * MON"), ()),
    ],
)
def test_saving_a_day_that_not_every_month_has_says_so(schedule, notes):
    assert check_new(schedule, datetime(2026, 1, 1, tzinfo=UTC)) == notes


SPRING, AUTUMN = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "expression", "zone", "after", "note"),
    [
        ("daily", "02:30", PARIS, SPRING, "Sun 29 Mar 02:30 does not exist; runs 03:00"),
        ("daily", "02:00,02:30", PARIS, SPRING, "Sun 29 Mar 02:00, 02:30 do not exist; runs 03:00 once"),
        ("daily", "03:00", PARIS, SPRING, None),
        ("once", "2026-03-29T02:30", PARIS, SPRING, "Sun 29 Mar 02:30 does not exist; runs 03:00"),
        ("once", "2026-10-25T02:30", PARIS, AUTUMN, "Sun 25 Oct 02:30 occurs twice; runs at the first"),
        ("daily", "02:30", PARIS, AUTUMN, "Sun 25 Oct 02:30 occurs twice; runs at the first"),
        ("daily", "01:59", PARIS, AUTUMN, None),
        ("cron", "30 */2 * * SUN", PARIS, datetime(2026, 10, 24, 23, tzinfo=UTC),
         "Sun 25 Oct 02:30 occurs twice; runs both times"),
        ("cron", "*/30 2-3 * * *", PARIS, SPRING,
         "Sun 29 Mar 02:00 to 03:00 does not exist; nothing runs in it"),
        ("daily", "09:00", "Pacific/Apia", datetime(2011, 12, 29, 20, tzinfo=UTC),
         "Fri 30 Dec 09:00 does not exist; runs Sat 31 Dec 00:00"),
        ("interval", "30", PARIS, SPRING, None),
    ],
)  # fmt: skip
def test_a_preview_tells_the_odd_days(kind, expression, zone, after, note):
    (fire,) = Schedule(kind, expression, zone).preview(after, 1)
    assert fire.note == note
    assert fire.local.astimezone(UTC) == fire.at
    assert fire.at.tzinfo is UTC
