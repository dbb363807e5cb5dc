"""The connection: one writer, honest errors, and nothing that differs between the databases leaks out."""

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from rota.domain.errors import Invalid, Unavailable
from rota.store.database import Database, sqlite_module
from rota.store.rows import FLAG, INSTANT, INTEGER, JSON, REAL, TEXT, Columns, pack, recordset
from rota.store.schema import settings
from tests.clock import NOON
from tests.world import World


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "is not a database address"),
        ("mysql://host/db", "rota does not run on mysql"),
        ("sqlite://", "an SQLite database needs a file"),
    ],
)
def test_an_address_that_is_none_is_refused_with_an_example(url, words):
    with pytest.raises(Invalid, match=words) as refused:
        Database(url)
    assert refused.value.field == "database_url"


def test_what_is_written_is_undone_on_an_exception(world):
    with suppress(KeyError), world.db.write() as conn:
        conn.execute(insert(settings).values(name="a", value=1))
        raise KeyError
    with world.db.read() as conn:
        assert conn.execute(select(settings)).all() == []


def test_an_error_of_a_statement_stays_what_it_is(world):
    with pytest.raises(IntegrityError), world.db.write() as conn:
        conn.execute(insert(settings), [{"name": "a", "value": 1}, {"name": "a", "value": 2}])


def test_a_database_that_is_away_is_unavailable_with_what_to_check(tmp_path):
    with (
        Database("postgresql://nobody:secret@127.0.0.1:1/rota") as db,
        pytest.raises(Unavailable) as refused,
        db.read(),
    ):
        pass
    assert "secret" not in str(refused.value)
    assert refused.value.fix == "check that the server runs and ROTA_DATABASE_URL"


def test_a_file_that_cannot_be_opened_is_unavailable_with_what_to_check(tmp_path):
    (tmp_path / "rota.db").mkdir()
    with (
        Database(f"sqlite:///{tmp_path}/rota.db") as db,
        pytest.raises(Unavailable, match="check that the folder of"),
        db.read(),
    ):
        pass


def test_sqlite_is_durable_and_waits_for_its_turn(tmp_path):
    with Database(f"sqlite:///{tmp_path}/new/rota.db") as db, db.write() as conn:
        pragmas = {
            name: conn.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "auto_vacuum", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "auto_vacuum": 2, "busy_timeout": 30_000,
    }  # fmt: skip
    assert sqlite_module().sqlite_version_info >= (3, 37)


def test_a_reader_is_never_in_the_way_of_a_writer(world):
    with world.db.read() as reading:
        assert reading.execute(select(settings)).all() == []
        with world.db.write() as conn:
            conn.execute(insert(settings).values(name="a", value=1))
    with world.db.read() as conn:
        assert len(conn.execute(select(settings)).all()) == 1


def test_writers_of_several_processes_take_turns_and_none_fails(migrated_url):
    """A deferred transaction that reads first would fail at once where two of them write."""
    worlds = [World(migrated_url) for _ in range(4)]
    with worlds[0].db.write() as conn:
        conn.execute(insert(settings).values(name="n", value=0))

    def add(world: World) -> None:
        for _ in range(10):
            with world.db.write() as conn:
                found = select(settings.c.value).where(settings.c.name == "n").with_for_update()
                n = conn.execute(found).scalar_one()
                conn.execute(settings.update().values(value=n + 1))

    threads = [threading.Thread(target=add, args=(world,)) for world in worlds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with worlds[0].db.read() as conn:
        assert conn.execute(select(settings.c.value)).scalar_one() == 40
    for world in worlds:
        world.close()


def test_an_instant_comes_back_in_utc_to_the_microsecond(world):
    at = datetime(2026, 3, 29, 3, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    world.clock.wall = at
    job = world.add_job("backup")
    assert job.created_at == at
    assert job.created_at is not None
    assert job.created_at.tzinfo is UTC


def test_a_naive_time_is_never_guessed(world):
    world.clock.wall = datetime(2026, 3, 29, 3, 30)  # noqa: DTZ001
    with pytest.raises((StatementError, ValueError, TypeError)):
        world.add_job("backup", every="1m")


def test_a_batch_travels_as_one_parameter_and_arrives_as_it_was(world):
    columns: Columns = (
        ("i", INTEGER), ("r", REAL), ("t", TEXT), ("f", FLAG), ("at", INSTANT), ("j", JSON),
    )  # fmt: skip
    given = [
        (2**53 + 1, 0.1, 'it\'s "quoted" \\ ü 😀\n', True, NOON, {"a": [1, None, "x"]}),
        (-1, -1e300, "", False, NOON + timedelta(microseconds=1), [True, {}]),
        (None, None, None, None, None, None),
    ]
    with world.db.read() as conn:
        rows = recordset(conn.dialect.name, columns)
        found = [tuple(row) for row in conn.execute(select(*rows.c), pack(conn, columns, given))]
    assert found == given


def test_a_ring_in_a_transaction_sounds_when_it_commits(world):
    heard = []
    world.db.bell.listeners.append(lambda: heard.append(True))
    with suppress(KeyError), world.db.write() as conn:
        world.db.bell.ring(conn)
        raise KeyError
    assert heard == []
    with world.db.write() as conn:
        world.db.bell.ring(conn)
        assert heard == []
    assert heard == [True]


def test_another_process_hears_the_ring(world):
    with Database(world.url) as listener:
        listener.bell.wait(0.3)
        listener.bell.wait(0.01)
        with world.db.write() as conn:
            conn.execute(insert(settings).values(name="a", value=1))
            world.db.bell.ring(conn)
        assert listener.bell.wait(10)
