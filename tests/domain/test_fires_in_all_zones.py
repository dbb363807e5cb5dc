"""The engine against the minute-by-minute reference: around every kind of clock change, and in sampled weeks.

By default a seeded sample of the changes and expressions is tried, in every zone; ROTA_SWEEP=full tries every
change of every zone from 1993 to 2037.
"""

import os
import random
import zoneinfo
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from rota.domain.schedule import Schedule
from tests.domain.reference import EPOCH, Expression, Minute, changes, minutes_between, offset

SHARDS = 8
FULL = os.environ.get("ROTA_SWEEP") == "full"
FIRST, LAST = datetime(1993, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FIXED = (
    "30 2 * * *",
    "0,30 0-3 * * *",
    "0 0 * * *",
    "15 1,2,3 * * SUN",
    "59 23 L * *",
    "0 2 1-7 * SAT-SUN",
    "45 1 28,29,30,31 3,10,11 *",
    "5 */3 15W * 5L",
    "10,20 30 2,3 * * *",
    "0 12 */2 * 5-0",
    "0-59/7 0,1,2,23 * * *",
)
WILD = (
    "* * * * *",
    "*/15 * * * *",
    "30 * * * *",
    "*/20 0-4 * * *",
    "* 2 * * 0",
    "7 */2 LW,1W * 1#1,5#5",
    "*/30 * L-2 * *",
    "0 * 10-20 * MON",
    "*/10 */5 * 3,4,10 7",
)


@cache
def tables() -> dict[tuple[tuple[int, int, int], ...], str]:
    """Zones that never differ are one: the changes of each, and a name that has them."""
    found: dict[tuple[tuple[int, int, int], ...], str] = {}
    for name in sorted(zoneinfo.available_timezones() - {"localtime"}):
        start = int((FIRST - EPOCH).total_seconds())
        steady = (start, 0, offset(ZoneInfo(name), start))
        found.setdefault((steady, *changes(ZoneInfo(name), FIRST, LAST)), name)
    return found


def windows(
    table: tuple[tuple[int, int, int], ...], choice: random.Random
) -> list[tuple[datetime, datetime]]:
    """Two days around changes, and whole weeks."""
    every = list(table[1:])
    odd = [change for change in every if abs(change[2] - change[1]) != 3600]
    around = (
        every if FULL else choice.sample(every, min(2, len(every))) + choice.sample(odd, min(1, len(odd)))
    )
    found = []
    for instant, _, _ in around:
        at = EPOCH + timedelta(seconds=instant // 60 * 60)
        found.append((at - timedelta(days=2), at + timedelta(days=2)))
    for _ in range(10 if FULL else 1):
        start = FIRST + timedelta(days=choice.randrange(45 * 365 - 8))
        found.append((start, start + timedelta(days=7)))
    return found


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.timeout(7200 if FULL else 120)
def test_every_fire_is_as_the_rules_say_in_every_zone(shard):
    choice = random.Random(shard)
    for number, (table, name) in enumerate(tables().items()):
        if number % SHARDS != shard:
            continue
        for start, end in windows(table, choice):
            minutes = minutes_between(ZoneInfo(name), start, end)
            for expression in (*choice.sample(FIXED, 2), *choice.sample(WILD, 1)):
                same_fires(expression, name, minutes, choice)


def same_fires(expression: str, zone: str, minutes: list[Minute], choice: random.Random) -> None:
    """The engine agrees with the reference in every way in which it can be asked."""
    schedule, where = Schedule("cron", expression, zone), f"{expression} in {zone} at {minutes[0]}"
    expected = Expression(expression).fires(minutes)
    first, last = minutes[0].instant, minutes[-1].instant + 59
    walked, back = walk(schedule, first, last), walk_back(schedule, first, last)
    assert walked == expected, where
    assert back == expected[::-1], where
    assert schedule.count(instant(first - 1), instant(last)) == (len(expected), True), where
    if expected:
        fires = schedule.fires(instant(first - 1), len(expected))
        assert fires == [instant(fire) for fire in expected], where
    for asked in odd_instants(first, last, minutes, choice):
        later = expected[bisect_right(expected, asked) :]
        if later:
            assert schedule.next_after(instant(asked)) == instant(later[0]), (
                f"{where}, asked at {instant(asked)}"
            )
        if len(later) < len(expected):
            before = schedule.previous_before(instant(asked) + timedelta(microseconds=1))
            assert before == instant(expected[-len(later) - 1]), f"{where}, asked at {instant(asked)}"
        assert schedule.count(instant(asked), instant(last)).n == len(later), where


def odd_instants(first: int, last: int, minutes: list[Minute], choice: random.Random) -> list[int]:
    """Some instants to ask from: anywhere, within a repeat, and at the end of a gap and around it."""
    repeats = [minute.instant for minute in minutes if minute.again]
    gaps = [minute.instant + n for minute in minutes if minute.skipped for n in (-1, 0, 1)]
    within = [choice.choice(repeats) + choice.randrange(60) for _ in range(8)] if repeats else []
    return [*gaps, *within, *(choice.randrange(first, last) for _ in range(6))]


def instant(second: int) -> datetime:
    return EPOCH + timedelta(seconds=second)


def walk(schedule: Schedule, first: int, last: int) -> list[int]:
    found, at = [], schedule.next_after(instant(first - 1))
    while at is not None and at <= instant(last):
        found.append(int((at - EPOCH) / SECOND))
        at = schedule.next_after(at)
    return found


def walk_back(schedule: Schedule, first: int, last: int) -> list[int]:
    found, at = [], schedule.previous_before(instant(last + 1))
    while at is not None and at >= instant(first):
        found.append(int((at - EPOCH) / SECOND))
        at = schedule.previous_before(at)
    return found
