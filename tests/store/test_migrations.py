"""The schema comes from migrations, in one transaction, by any number of processes at once."""

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from rota.app import build
from rota.domain.actor import SYSTEM
from rota.domain.errors import Unavailable
from rota.services.defaults import NEW
from rota.settings import Settings
from rota.store import migrations
from rota.store.database import Database
from rota.store.schema import metadata


@pytest.fixture
def db(database_url):
    with Database(database_url) as made:
        yield made


def set_version(db: Database, version: str) -> None:
    with db.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})


def test_the_migrated_schema_is_that_of_the_tables_in_the_code(db):
    migrations.upgrade(db)
    with db.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_constraints_and_partial_indexes_are_migrated_too(db):
    migrations.upgrade(db)
    with db.read() as conn:
        found = inspect(conn)
        checks = {c["name"] for c in found.get_check_constraints("executions")}
        indexes = {i["name"]: bool(i["unique"]) for i in found.get_indexes("executions")}
    assert {"ck_executions_ended", "ck_executions_first", "ck_executions_owned"} <= checks
    wanted = {index.name: bool(index.unique) for index in metadata.tables["executions"].indexes}
    assert {name: indexes[name] for name in wanted} == wanted


def test_an_index_over_a_part_of_a_table_is_over_that_part(db):
    migrations.upgrade(db)
    partial = {
        index.name: index.info["where"]
        for table in metadata.tables.values()
        for index in table.indexes
        if index.info
    }
    assert len(partial) > 20
    with db.read() as conn:
        if db.is_sqlite:
            made = conn.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'index'"))
            conditions = {name: (sql or "").partition(" WHERE ")[2] for name, sql in made}
            assert {name: conditions[name] for name in partial} == partial
        else:
            query = "SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indpred IS NOT NULL"
            assert set(conn.execute(text(query)).scalars()) == set(partial)


def test_tables_of_hot_rows_leave_room_in_their_pages(db):
    migrations.upgrade(db)
    roomy = {name for name, table in metadata.tables.items() if "fillfactor" in table.info}
    with db.read() as conn:
        if not db.is_sqlite:
            query = "SELECT relname FROM pg_class WHERE reloptions @> '{fillfactor=70}'"
            assert set(conn.execute(text(query)).scalars()) == roomy


def test_the_head_that_the_code_names_is_the_newest_file():
    folder = Path(migrations.__file__).parent
    assert ScriptDirectory(str(folder)).get_heads() == [migrations.HEAD]


def test_upgrading_twice_changes_nothing_the_second_time(db):
    assert migrations.current(db) is None
    assert migrations.upgrade(db) is True
    assert migrations.upgrade(db) is False
    assert migrations.current(db) == migrations.HEAD
    migrations.require_current(db)


def test_several_processes_may_start_at_once_on_an_empty_database(database_url):
    barrier, changed = threading.Barrier(5), []

    def start() -> None:
        with build(Settings(database_url=database_url)) as rota:
            barrier.wait()
            changed.append(rota.upgrade())

    threads = [threading.Thread(target=start) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(changed) == [False] * 4 + [True]
    with build(Settings(database_url=database_url)) as rota:
        assert [job.name for job in rota.jobs.search()] == sorted(spec.name for spec in NEW)


def test_a_default_job_that_was_deleted_does_not_come_back(db, database_url):
    with build(Settings(database_url=database_url)) as rota:
        rota.upgrade()
        rota.jobs.delete("database_cleanup", SYSTEM)
        rota.upgrade()
        assert "database_cleanup" not in [job.name for job in rota.jobs.search()]


def test_a_migration_that_fails_leaves_the_database_as_it_was(db):
    def fail(_):
        raise RuntimeError("no default jobs today")

    with pytest.raises(RuntimeError):
        migrations.upgrade(db, on_new=fail)
    assert migrations.current(db) is None
    with db.read() as conn:
        assert inspect(conn).get_table_names() == []
    assert migrations.upgrade(db) is True


@pytest.mark.parametrize(
    ("version", "words", "fix"),
    [
        ("0000", "the database's schema is older (0000) than this rota", "run `rota db upgrade`"),
        ("9999", "the database's schema is newer (9999) than this rota", "install a newer rota"),
    ],
)
def test_a_schema_of_another_version_is_refused_with_what_to_do(db, version, words, fix):
    migrations.upgrade(db)
    set_version(db, version)
    with pytest.raises(Unavailable) as refused:
        migrations.require_current(db)
    assert refused.value.message.startswith(words)
    assert (refused.value.fix, refused.value.code) == (fix, "schema")


def test_an_empty_database_is_refused_with_what_to_do(db):
    with pytest.raises(Unavailable, match="no tables yet; run `rota db upgrade`"):
        migrations.require_current(db)


def test_a_newer_schema_is_not_touched_by_an_upgrade(db):
    migrations.upgrade(db)
    set_version(db, "9999")
    with pytest.raises(Unavailable, match="newer"):
        migrations.upgrade(db)
    assert migrations.current(db) == "9999"
