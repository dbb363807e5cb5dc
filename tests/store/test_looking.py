"""Looks: the same answers as any other reading, without its ceremony, and no worse when the database goes away."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from rota.domain.errors import Unavailable
from rota.store import alerts, causes, chain, channels, claims, history, nodes, state
from rota.store.database import Database
from rota.store.schema import settings
from tests.clock import NOON
from tests.world import ANA, World

HOUR = timedelta(hours=1)
_NAMES = select(settings.c.name).order_by(settings.c.name)


def put(world: World, name: str) -> None:
    with world.db.write() as conn:
        conn.execute(insert(settings).values(name=name, value=1))


def test_a_look_sees_what_was_committed_since_the_last_one(world):
    assert world.db.look(_NAMES) == []
    put(world, "a")
    assert world.db.look(_NAMES) == [("a",)]
    put(world, "b")
    assert world.db.look(_NAMES) == [("a",), ("b",)]


def test_instants_go_in_and_come_out_as_the_domain_has_them(world):
    world.add_job("hourly", every="1h")
    assert state.next_wake(world.db.look, NOON) == (NOON + HOUR, None)
    assert state.next_after(world.db.look, NOON) == NOON + HOUR
    assert state.next_after(world.db.look, NOON + HOUR) is None


def test_the_end_of_a_pause_wakes_too(world):
    world.add_job("hourly", every="1h")
    world.holds.pause("hourly", ANA, until=NOON + HOUR / 2)
    assert state.next_wake(world.db.look, NOON)[1] == NOON + HOUR / 2


def test_every_look_of_the_engine_is_answered_while_there_is_nothing(world):
    look, now = world.db.look, world.clock.now()
    assert nodes.beats(look) == {}
    assert [claims.queues(look), claims.orphaned(look), channels.waiting(look, now)] == [[], [], []]
    assert causes.recovered(look, now) == []
    assert [causes.is_any_open(look), alerts.is_any_enabled(look)] == [False, False]
    assert (chain.is_open(look), history.newest(look)) == (False, 0)
    assert [state.next_wake(look, now), claims.next_waiting(look, now)] == [(None, None), None]


def test_a_look_after_the_end_opens_the_database_again(world):
    put(world, "a")
    assert world.db.look(_NAMES) == [("a",)]
    world.db.close()
    assert world.db.look(_NAMES) == [("a",)]


def test_a_connection_that_has_died_meanwhile_is_replaced_unnoticed(world):
    put(world, "a")
    world.db.look(_NAMES)
    world.db._looks._connection.close()
    assert world.db.look(_NAMES) == [("a",)]


def test_a_look_at_a_database_that_is_away_says_so(tmp_path):
    with Database("postgresql://nobody:secret@127.0.0.1:1/rota") as db, pytest.raises(Unavailable) as refused:
        db.look(_NAMES)
    assert "secret" not in str(refused.value)
