"""The doctor: each finding, with what to do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from rota.services import diagnosis
from rota.services.configuration import Configuration
from rota.services.diagnosis import Diagnosis
from rota.services.timing import Variables
from rota.store.database import Database
from tests.world import ANA, APP, World, published


def findings(world, environ=None):
    return Diagnosis(world.db, world.clock, Variables(environ or {})).examine()


def wrong(world, environ=None):
    return {one.name: one for one in findings(world, environ) if one.ok is False}


@pytest.fixture
def healthy(world):
    # A server's clock cannot be moved: here is now.
    from datetime import UTC, datetime

    world.clock.wall = datetime.now(UTC)
    assert world.node
    assert world.planner
    return world


def test_a_healthy_site_has_nothing_wrong(healthy):
    healthy.add_job("backup", daily="13:00")
    assert wrong(healthy) == {}
    found = {one.name: one.text for one in findings(healthy)}
    assert {
        "database",
        "schema",
        "privileges",
        "scheduler",
        "agent",
        "import",
        "queue",
        "disk",
        "containment",
    } <= set(found)


def test_a_database_that_is_away_is_told_and_the_rest_left_out(world):
    with Database("postgresql://ana:secret@127.0.0.1:1/rota") as away:
        found = Diagnosis(away, world.clock, Variables()).examine()
    assert (found[0].name, found[0].ok) == ("database", False)
    assert "secret" not in found[0].text
    assert {one.name for one in found} == {"database", "disk", "containment"}


def test_a_transaction_that_stays_open_is_named_with_what_it_does_to_us(healthy, monkeypatch):
    assert "transaction" not in {one.name for one in findings(healthy)}
    monkeypatch.setattr(diagnosis, "LONG_OPEN", timedelta())
    with healthy.db.read() as conn:
        if not healthy.db.is_sqlite:
            # Who reads row by row at the usual level of isolation is in nobody's way.
            conn.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        conn.execute(text("SELECT count(*) FROM jobs"))
        pid = None if healthy.db.is_sqlite else conn.execute(text("SELECT pg_backend_pid()")).scalar()
        told = {one.name: one for one in findings(healthy)}
    if pid is None:
        assert "transaction" not in told
    else:
        assert f"process {pid}) has been open for" in told["transaction"].text
        assert "idle_in_transaction_session_timeout" in told["transaction"].fix


@pytest.mark.parametrize("world", ["postgresql"], indirect=True)
def test_tidying_up_is_not_taken_for_a_transaction_that_is_in_its_way(healthy, monkeypatch):
    monkeypatch.setattr(diagnosis, "LONG_OPEN", timedelta())
    server = healthy.url.replace("+psycopg", "")
    with (
        psycopg.connect(server, autocommit=True) as tidier,
        psycopg.connect(server, autocommit=True) as other,
    ):
        other.execute("CREATE TABLE heap AS SELECT generate_series(1, 5000) AS n")
        tidier.execute("SET vacuum_cost_delay = 100")
        tidier.execute("SET vacuum_cost_limit = 1")
        with ThreadPoolExecutor() as pool:
            tidying = pool.submit(tidier.execute, "VACUUM heap")
            while not other.execute("SELECT pid FROM pg_stat_progress_vacuum").fetchall():
                assert not tidying.done()
            told = {one.name for one in findings(healthy)}
            assert not tidying.done()
            tidier.cancel_safe()
        assert isinstance(tidying.exception(), psycopg.errors.QueryCanceled)
    assert "transaction" not in told


@pytest.fixture
def older(migrated_url):
    """A world of its own, of an older schema."""
    world = World(migrated_url)
    with world.db.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    yield world
    world.close()


def test_another_schema(older):
    assert wrong(older)["schema"].fix == "run `rota db upgrade`"


def test_nobody_there(world):
    found = wrong(world)
    assert {"scheduler", "agent"} <= set(found)
    assert found["agent"].fix == "start one with `rota serve`"


def test_a_silent_node(healthy):
    healthy.clock.advance(40)
    assert "silent for 40 s" in wrong(healthy)["silent"].text


def test_modules_that_could_not_be_imported(healthy):
    problem = {
        "module": "billing",
        "file": "billing.py",
        "line": 3,
        "message": "cannot import billing",
        "traceback": "",
    }
    generation = healthy.definitions.publish(APP, published(("other",), problems=[problem]))
    healthy.add_node(generation_id=generation)
    assert wrong(healthy)["import"].text == "cannot import billing (billing.py:3)"


def test_a_queue_without_a_worker(world):
    world.add_node(queues=("default",))
    world.add_job("mail", task_queue="mail")
    assert wrong(world)["queue"].fix == "start a node with ROTA_QUEUES=mail=local"


def test_nodes_that_were_all_taken_out_of_the_work(healthy):
    for one in healthy.rota.presence.nodes():
        healthy.rota.presence.drain(one.node.name, ANA)
    told = wrong(healthy)
    assert told["agent"].text == "every agent is draining: nothing runs"
    assert told["scheduler"].text == "every scheduler is draining: nothing is planned"
    assert told["agent"].fix is not None
    assert told["agent"].fix.startswith("`rota nodes undrain ")


def test_that_nothing_may_start_anywhere(healthy):
    assert "hold_all" not in {one.name for one in findings(healthy)}
    Configuration(healthy.db, healthy.clock, {}).set("hold_all", "true", ANA)
    assert wrong(healthy)["hold_all"].fix == "`rota config set hold_all false`"
    assert "hold_all" in {one.name for one in Diagnosis(healthy.db, healthy.clock, Variables({})).alarms()}


def test_an_environment_that_differs(world):
    world.environ["BACKUP_SCHEDULE"] = "02:00"
    world.add_job("backup", schedule_type="daily", schedule_expression="${BACKUP_SCHEDULE}")
    here = [one for one in findings(world, {"BACKUP_SCHEDULE": "03:00"}) if one.name == "environment"]
    assert [one.ok for one in here] == [None]
    assert here[0].text == ('job backup runs by "02:00"; in this environment ${BACKUP_SCHEDULE} is "03:00"')
    assert [one for one in findings(world, {"BACKUP_SCHEDULE": "02:00"}) if one.name == "environment"] == []


def test_clocks_that_differ(healthy):
    healthy.clock.advance(7200)
    if healthy.db.is_sqlite:
        assert "clock" not in {one.name for one in findings(healthy)}
    else:
        assert wrong(healthy)["clock"].fix == "set both by NTP; jobs start by this machine's clock"
