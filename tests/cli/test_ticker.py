"""What a server shows as it happens."""

import pytest

from rota.cli.screen import Screen
from rota.cli.ticker import Ticker
from tests.clock import NOON
from tests.world import ANA


@pytest.fixture
def ticker(world):
    return Ticker(world.rota, Screen("table", False, "utc", NOON, None, False))


def told(ticker, capsys) -> list[str]:
    """What one look tells, without the clock before each line."""
    ticker._look()
    return [line.split(" ", 1)[1] for line in capsys.readouterr().out.splitlines()]


def test_of_more_than_a_screenful_the_newest_are_followed_and_the_rest_is_counted(
    world, ticker, capsys, monkeypatch
):
    monkeypatch.setattr("rota.cli.ticker.MOST", 2)
    world.add_job("backup", overlap="allow")
    for _ in range(5):
        world.executions.execute("backup", ANA)
    assert told(ticker, capsys) == ["3 more executions; see `rota jobs history`"]
    world.executions.execute("backup", ANA)
    assert told(ticker, capsys) == ["1 more execution; see `rota jobs history`"]
    world.run()
    assert sorted(line.split()[2] for line in told(ticker, capsys)) == ["#4", "#5"]
    world.executions.execute("backup", ANA)
    world.run()
    assert ["#7" in line for line in told(ticker, capsys)] == [True]
