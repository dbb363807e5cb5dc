"""Databases look after themselves, and are backed up while they are written."""

import hashlib
import os
import sqlite3
import subprocess
import threading
import time
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import Column, Integer, String, create_engine, text
from sqlalchemy.engine import make_url

from rota.domain.errors import Denied, Unavailable
from rota.domain.execution import Status
from rota.jobs.database_backup import database_backup
from rota.jobs.database_maintenance import database_maintenance
from rota.services import backup
from tests.servers import databases
from tests.servers.postgres import binaries_of_wheel, installed_binaries
from tests.world import ANA, World


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


def test_a_backup_made_while_executions_are_written_restores_to_a_consistent_database(
    desk, kept, programs, request
):
    world, over = desk.world, threading.Event()
    world.add_job("busy", overlap="allow")
    assert world.node

    def write() -> None:
        other = World(world.url, world.clock)
        other.__dict__.update(generation=world.generation, node=world.node)
        while not over.is_set():
            for _ in range(10):
                other.executions.execute("busy", ANA)
            other.run(Status.SUCCEEDED)
        other.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        deadline = time.monotonic() + 30
        while world.count() < 50 and time.monotonic() < deadline:
            time.sleep(0.01)
        done = desk.run(database_backup, folder="backups", which="rota")
    finally:
        over.set()
        writer.join()
    file = kept / done.data["rota"]["file"]
    if world.db.is_sqlite:
        with closing(sqlite3.connect(file)) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        consistent(f"sqlite:///{file}", world)
        return
    with databases.fresh(request.getfixturevalue("postgres_url")) as url:
        command = [programs / "pg_restore", f"--dbname={url}", "--no-owner", "--exit-on-error", file]
        subprocess.run(command, check=True, env={"PATH": os.defpath}, capture_output=True)
        consistent(url, world)


def consistent(url: str, world: World) -> None:
    """What was restored is whole: as many runs in the totals as there are that ended, each of a job that is there."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as conn:
        ended = conn.execute(text("SELECT count(*) FROM executions WHERE status = 'succeeded'")).scalar_one()
        runs = conn.execute(text("SELECT sum(runs) FROM job_state")).scalar_one()
        counted = conn.execute(text("SELECT sum(n) FROM rollups")).scalar_one()
        lost = "SELECT count(*) FROM executions WHERE job_id NOT IN (SELECT id FROM jobs)"
        assert conn.execute(text(lost)).scalar_one() == 0
    engine.dispose()
    assert 0 < ended <= world.count()
    assert ended == runs == counted
