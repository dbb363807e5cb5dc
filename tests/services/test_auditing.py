"""The audit log is append-only, sealed in order, and whatever is done to it behind rota's back is named."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from rota.domain.chain import Head
from rota.domain.errors import Unavailable
from rota.services.auditing import Auditing
from rota.store import audit
from tests.clock import NOON
from tests.services.conftest import MACHINE
from tests.world import World

TRIGGERS = ("audit_update", "audit_delete")


@pytest.fixture
def log(world):
    """The audit log, of eight sealed rows."""
    write(world, 8)
    made = Auditing(world.db, world.clock)
    assert made.seal() == 8
    return made


def write(world: World, n: int, action: str = "job.pause") -> None:
    for number in range(n):
        Auditing(world.db, world.clock).record(
            MACHINE, action, f"job:{number}", after={"n": number, "x": 1.5}
        )


def tamper(world: World, *statements: str) -> None:
    """Do what only the owner of the database can: switch the guards off, and change the table."""
    with world.db.write() as conn:
        if world.db.is_sqlite:
            for name in TRIGGERS:
                conn.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        else:
            conn.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            conn.execute(text(statement))


def faults(log: Auditing, known: Head | None = None) -> list[tuple[str, int, int | None]]:
    return [(fault.kind, fault.seq, fault.row) for fault in log.verify(known).faults]


def test_audit_a_log_that_nobody_touched_is_whole(log, world):
    write(world, 2)
    found = log.verify()
    assert (found.is_whole, found.rows, found.unsealed, found.head.seq) == (True, 8, 2, 8)


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'eve'",
        "reason = 'because'",
        "at = at",
        '"after" = \'{"n": 3, "x": 1.25}\'',
        "address = '::1'",
    ],
)
def test_audit_an_edited_row_is_named(log, world, change):
    tamper(world, f"UPDATE audit SET {change} WHERE id = 4")
    assert faults(log) == ([] if change == "at = at" else [("edited", 4, 4)])


def test_audit_a_deleted_row_is_named(log, world):
    tamper(world, "DELETE FROM audit WHERE id IN (3, 4)")
    assert faults(log) == [("missing", 3, None)]
    assert [fault.text for fault in log.verify().faults] == ["places 3 to 4 are missing"]


def test_audit_reordered_rows_are_named(log, world):
    tamper(
        world,
        "UPDATE audit SET seq = 99 WHERE id = 3",
        "UPDATE audit SET seq = 3 WHERE id = 6",
        "UPDATE audit SET seq = 6 WHERE id = 3",
    )
    assert faults(log) == [("moved", 3, 6), ("moved", 6, 3)]


def test_audit_a_cut_end_is_named(log, world):
    tamper(world, "DELETE FROM audit WHERE id > 6")
    assert faults(log) == [("missing", 7, None)]
    write(world, 1)
    log.seal()
    assert faults(log) == [("missing", 7, None)]


def test_audit_an_emptied_log_is_noticed(log, world):
    tamper(world, "DELETE FROM audit")
    assert faults(log) == [("missing", 1, None)]


def test_audit_a_head_that_was_kept_elsewhere_finds_a_log_made_anew(log, world):
    kept = log.verify().head
    tamper(
        world,
        "UPDATE audit SET seq = NULL, previous = NULL, hash = NULL, actor = 'eve'",
        "DELETE FROM settings",
    )
    log.seal()
    assert log.verify().is_whole
    assert faults(log, kept) == [("resealed", 8, 8)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'eve' WHERE id = 3",
        "UPDATE audit SET seq = NULL, previous = NULL, hash = NULL WHERE id = 8",
        "UPDATE audit SET actor = 'eve' WHERE id = 9",
        "UPDATE audit SET seq = 9, previous = 'a', hash = 'b', actor = 'eve' WHERE id = 9",
        "DELETE FROM audit WHERE id = 3",
        "DELETE FROM audit WHERE id = 9",
        "TRUNCATE audit",
    ],
)
def test_audit_the_database_itself_refuses_changes(log, world, statement):
    write(world, 1)
    if statement.startswith("TRUNCATE") and world.db.is_sqlite:
        statement = "DELETE FROM audit"
    with (
        pytest.raises((DBAPIError, Unavailable), match="the audit log is never changed"),
        world.db.write() as conn,
    ):
        conn.execute(text(statement))
    assert (log.verify().is_whole, log.verify().rows) == (True, 8)


def test_audit_concurrent_writers_and_sealers_keep_one_chain(world):
    """Six threads write, on two nodes, while three seal."""
    other = World(world.url, world.clock)
    logs, over = [Auditing(one.db, one.clock) for one in (world, other)], threading.Event()

    def seal(n: int) -> None:
        while not over.wait(0.005):
            logs[n % 2].seal()

    writers = [threading.Thread(target=write, args=((world, other)[n % 2], 15)) for n in range(6)]
    sealers = [threading.Thread(target=seal, args=(n,)) for n in range(3)]
    for thread in writers + sealers:
        thread.start()
    for thread in writers:
        thread.join()
    over.set()
    for thread in sealers:
        thread.join()
    logs[0].seal()
    found = logs[1].verify()
    other.close()
    assert (found.faults, found.rows, found.unsealed) == ((), 90, 0)


def test_audit_a_row_of_a_transaction_that_takes_long_is_sealed_later_not_left_out(world):
    """On SQLite there is one writer at a time: nobody can overtake."""
    log = Auditing(world.db, world.clock)
    assert log.search() == []
    with world.db.write() as conn:
        audit.record(conn, MACHINE, "job.pause", "job:slow", at=NOON)
        if not world.db.is_sqlite:
            write(world, 3)
        assert log.seal() == 0
    assert log.seal() == len(log.search())
    assert log.verify().is_whole


def test_sealing_twice_seals_nothing_twice(log):
    assert log.seal() == 0


def test_archiving_leaves_a_checkpoint_that_the_rest_follows_on(log, world):
    world.clock.advance(86_400)
    write(world, 3)
    log.seal()
    assert log.archive(world.clock.now(), MACHINE) == 8
    assert [entry.action for entry in log.search()] == ["audit.archive"] + ["job.pause"] * 3
    assert log.search()[0].after["through"] == 8
    log.seal()
    assert (log.verify().faults, log.verify().rows) == ((), 4)
    world.clock.advance(86_400)
    assert log.archive(world.clock.now(), MACHINE) == 4
    log.seal()
    assert (log.verify().faults, log.verify().rows) == ((), 1)


def test_archiving_takes_nothing_that_is_not_sealed_or_too_young(log, world):
    assert log.archive(NOON, MACHINE) == 0
    assert log.search(size=1)[0].action == "job.pause"
    world.clock.advance(10)
    write(world, 2)
    assert log.archive(NOON + timedelta(days=1), MACHINE) == 8
    assert [entry.action for entry in log.search()] == ["audit.archive", "job.pause", "job.pause"]


def test_archiving_in_several_steps_is_as_whole(log, world, monkeypatch):
    monkeypatch.setattr("rota.services.auditing.ARCHIVED", 3)
    world.clock.advance(10)
    assert log.archive(NOON + timedelta(seconds=1), MACHINE) == 8
    log.seal()
    assert log.verify().is_whole


def test_a_checkpoint_does_not_excuse_rows_that_were_deleted_besides(log, world):
    world.clock.advance(10)
    write(world, 4)
    log.seal()
    log.archive(NOON + timedelta(seconds=1), MACHINE)
    tamper(world, "DELETE FROM audit WHERE seq = 9")
    assert faults(log) == [("missing", 9, None)]
