"""Databases look after themselves, and are backed up while they are written."""

import hashlib
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import Column, Integer, String, func, select
from sqlalchemy.engine import make_url

from rota.domain.attempt import Ending
from rota.domain.errors import Denied, Unavailable
from rota.domain.execution import Status, Trigger
from rota.engine.ending import end
from rota.jobs.database_backup import database_backup
from rota.jobs.database_maintenance import database_maintenance
from rota.services import backup
from rota.store import executions
from rota.store.executions import New
from rota.store.schema import rollups
from tests.servers.postgres import binaries_of_wheel, installed_binaries
from tests.servers.restored import ended_in, restored
from tests.world import World


@pytest.fixture
def programs(monkeypatch):
    """The programs of the PostgreSQL that the tests run."""
    folder = binaries_of_wheel() or installed_binaries()
    monkeypatch.setenv("ROTA_PG_PROGRAMS", str(folder))
    return folder


@pytest.fixture
def kept(desk):
    """The folder of the backups."""
    return desk.root / "backups"


def test_both_databases_are_looked_after(desk):
    desk.table("things", Column("id", Integer, primary_key=True), Column("text", String))
    assert (
        desk.run(database_maintenance, dry_run=True).message == "rota and application would be looked after"
    )
    done = desk.run(database_maintenance)
    assert (done.success, done.items_processed) == (True, 2)
    assert desk.run(database_maintenance, which="rota").items_processed == 1


def test_upkeep_that_was_killed_is_begun_anew(desk):
    if desk.world.db.is_sqlite:
        desk.kill(database_maintenance)
    assert desk.run(database_maintenance).success


def test_a_backup_has_a_checksum_and_the_oldest_go(desk, kept, programs):
    desk.world.clock.wall = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    how = {"folder": "backups", "which": "rota", "keep": 2}
    assert desk.run(database_backup, **how, dry_run=True).items_processed == 1
    assert not kept.exists()
    for _ in range(3):
        desk.run(database_backup, **how)
        desk.world.clock.advance(60)
    names = [path.name for path in backup.made(kept, "rota")]
    assert [name[5:20] for name in names] == ["20260302T120200", "20260302T120100"]
    for name in names:
        digest = hashlib.sha256((kept / name).read_bytes()).hexdigest()
        assert (kept / f"{name}.sha256").read_text() == f"{digest}  {name}\n"
        assert (kept / name).stat().st_mode & 0o777 == 0o600
    assert len(list(kept.iterdir())) == 4


def test_a_backup_that_was_killed_is_no_backup(desk, kept):
    desk.table("things", Column("id", Integer, primary_key=True), rows=[{"id": 1}])
    kept.mkdir()
    (kept / "application-20260101T000000Z.db.partial").write_text("half")
    desk.kill(database_backup, folder="backups", which="application")
    done = desk.run(database_backup, folder="backups", which="application")
    assert done.success
    assert [path.suffix for path in kept.iterdir() if path.suffix == ".partial"] == []


@pytest.mark.parametrize("folder", ["../out", "/etc", "a/../../b"])
def test_a_backup_goes_nowhere_else(desk, folder):
    with pytest.raises(Denied):
        desk.run(database_backup, folder=folder)


def test_a_server_that_is_away_is_told(tmp_path, programs):
    url = make_url("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable, match="pg_dump"):
        backup.back_up(url, tmp_path, "rota", datetime.now(UTC), 1, programs=str(programs))
    assert backup.made(tmp_path, "rota") == []


def ended(world):
    """How many executions are over."""
    with world.db.read() as conn:
        return int(conn.execute(select(func.coalesce(func.sum(rollups.c.n), 0))).scalar_one())


@contextmanager
def busy(world):
    """While executions are queued, claimed and ended, many at a time, as scheduler and clerk do it."""
    job, over = world.add_job("busy", overlap="allow"), threading.Event()
    assert world.node

    def write() -> None:
        other, now = World(world.url, world.clock), world.clock.now()
        other.__dict__.update(generation=world.generation, node=world.node)
        new = New(
            job.id, 1, Status.QUEUED, Trigger.MANUAL, "ana", "default", 11, exclusive=False, queued_at=now
        )
        while not over.is_set():
            with other.db.write() as conn:
                executions.add(conn, [new] * 50)
            pairs = [(one, Ending(one.execution_id, Status.SUCCEEDED, now)) for one in other.claim()]
            with other.db.write() as conn:
                end(other.db, conn, world.node, pairs, now)
        other.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()


def backed_up(desk, kept):
    """A backup, and how many executions a second were written from just before it to its end."""
    before, began = ended(desk.world), time.monotonic()
    while ended(desk.world) < before + 50 and time.monotonic() < began + 30:
        time.sleep(0.01)
    done = desk.run(database_backup, folder="backups", which="rota")
    rate = (ended(desk.world) - before) / (time.monotonic() - began)
    return kept / done.data["rota"]["file"], rate


def test_a_backup_made_while_a_hundred_executions_a_second_are_written_is_consistent(
    desk, kept, programs, request
):
    with busy(desk.world):
        file, rate = backed_up(desk, kept)
        deadline = time.monotonic() + 60
        while rate < 100 and time.monotonic() < deadline:
            desk.world.clock.advance(1)
            file, rate = backed_up(desk, kept)
    assert rate >= 100
    server = None if desk.world.db.is_sqlite else request.getfixturevalue("postgres_url")
    with restored(file, server, programs) as url:
        assert 0 < ended_in(url) <= ended(desk.world)
