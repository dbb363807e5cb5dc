"""The engine beside cronsim and croniter, where their meaning is the same.

Where it is not, and why:
- asked from within a repeated hour, cronsim answers with a time that has passed: it is asked from outside;
- of wildcards cronsim misses fires after a change by half an hour (it adds whole hours) and after a midnight
  that the clock skips (it begins the day there): in such zones only fixed times are compared;
- six fields: cronsim and croniter have no rule for fixed times with seconds, and croniter puts seconds last;
- cronsim takes the next minute that exists for a skipped time, which is the end of the gap as here;
- croniter fires a fixed time twice where the clock repeats it, and has its own idea of skipped times: it is
  compared in UTC only, and with `day_or` set by G-DAY, since it looks at `*` and not at what begins with it;
- a step larger than its field is an error here, for it is almost always a mistake; they read it as "once";
- a range of weekdays that ends in Sunday (SAT-SUN, 5-0) is read here; cronsim refuses it;
- `L-3`, `15W`: neither knows them; `L` with `#` in lists: croniter knows only some.
"""

import random
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter
from cronsim import CronSim

from rota.domain.schedule import Schedule
from tests.domain.reference import EPOCH, changes

NO_WILDCARDS = ("Australia/Lord_Howe", "America/Sao_Paulo")
ZONES = (
    "UTC",
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Sao_Paulo",
)
MINUTES = ("*", "0", "*/15", "5,35", "7-50/9", "59", "30")
HOURS = ("*", "0", "2", "*/6", "1-3", "9-17", "23", "1,2,3")
MONTHDAYS = ("*", "*", "*", "1", "13", "L", "31", "1-7", "*/10", "28-31")
MONTHS = ("*", "*", "*", "MAR,OCT", "1-6/2", "2")
WEEKDAYS = ("*", "*", "*", "0", "MON-FRI", "7", "SUN", "3,5", "*/2")


def expressions(seed: int, n: int) -> list[str]:
    """Random expressions of five fields that everybody reads."""
    choice = random.Random(seed)
    return [
        " ".join(choice.choice(field) for field in (MINUTES, HOURS, MONTHDAYS, MONTHS, WEEKDAYS))
        for _ in range(n)
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_cronsim_agrees_around_clock_changes(zone):
    choice = random.Random(zone)
    years = datetime(2005, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
    found = [at for at, _, _ in changes(ZoneInfo(zone), *years)]
    for expression in expressions(seed=1, n=200):
        minute, hour, *_ = expression.split()
        if zone in NO_WILDCARDS and "*" in (minute[0], hour[0]):
            continue
        start = datetime(2005, 1, 1, tzinfo=UTC) + timedelta(minutes=choice.randrange(20 * 525_600))
        if found:
            start = EPOCH + timedelta(seconds=choice.choice(found) // 60 * 60, days=-1)
        ours = Schedule("cron", expression, zone).fires(start, 12)
        theirs = CronSim(expression, start.astimezone(ZoneInfo(zone))) if ours else ()
        told = [fire.astimezone(UTC) for fire in islice(theirs, len(ours))]
        assert told == ours, (expression, zone, start)


def test_croniter_agrees_in_utc():
    choice = random.Random(2)
    for expression in expressions(seed=2, n=400):
        if "L" in expression:
            continue
        start = datetime(2005, 1, 1, tzinfo=UTC) + timedelta(minutes=choice.randrange(20 * 525_600))
        _, _, monthday, _, weekday = expression.split()
        either = not (monthday.startswith("*") or weekday.startswith("*"))
        theirs = croniter(expression, start, day_or=either)
        ours = Schedule("cron", expression).fires(start, 8)
        assert [theirs.get_next(datetime) for _ in ours] == ours, (expression, start)


def test_cronsim_answers_with_a_time_that_has_passed_within_a_repeated_hour_and_we_do_not():
    within = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
    theirs = next(CronSim("30 2 * * *", within.astimezone(ZoneInfo("Europe/Paris")))).astimezone(UTC)
    ours = Schedule("cron", "30 2 * * *", "Europe/Paris").next_after(within)
    assert ours is not None
    assert theirs < within < ours
