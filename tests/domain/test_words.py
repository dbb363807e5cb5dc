"""How spans of time are said: what is past in whole units, what is to come rounded, never sixty of one unit."""

from datetime import UTC, datetime, timedelta

import pytest

from rota.domain.words import relative, rough, span

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0.4, "now"), (-0.9, "now"), (59.6, "in 1 min"), (59 * 60 + 40, "in 1 h"), (23.6 * 3600, "in 1 d"),
        (5300, "in 1 h"), (89 * 60, "in 1 h"), (-59.9, "59 s ago"), (-3599, "59 min ago"), (-86_399, "23 h ago"),
        (-86_400, "1 d ago"), (400 * 86_400, "in 400 d"),
    ],
)  # fmt: skip
def test_how_far_an_instant_is(seconds, told):
    assert relative(NOW + timedelta(seconds=seconds), NOW) == told


def test_nothing_lasts_less_than_no_time_when_two_clocks_differ():
    assert [rough(seconds) for seconds in (-0.2, 0, 0.9, 59.9, 60)] == ["0 s", "0 s", "0 s", "59 s", "1 min"]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 ms"), (0.9994, "999 ms"), (0.9996, "1 s"), (1.04, "1 s"), (1.06, "1.1 s"), (1.97, "2 s"),
        (9.94, "9.9 s"), (9.98, "10 s"), (59.7, "1 min"), (125, "2 min 5 s"), (3600, "1 h"), (36_000, "10 h"),
    ],
)  # fmt: skip
def test_how_long_something_took(seconds, told):
    assert span(seconds) == told
