"""Inside of a program it schedules and runs between start and stop, and leaves nothing behind."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rota import Rota, Settings
from rota.domain.errors import Invalid
from rota.domain.execution import Status

JOBS = "from rota import job\n\n@job\ndef greet(name='you'):\n    print('hello', name)\n"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def crons(migrated_url, tmp_path):
    (tmp_path / "greeting.py").write_text(JOBS)
    made = Rota(migrated_url, modules=[str(tmp_path / "greeting.py")], runners=1)
    yield made
    made.stop()


def greeted(crons):
    """Run the job once its code is known, and see it end."""
    assert crons.wait_until_ready()
    return crons.jobs.execute("greet", kwargs={"name": "ana"}, wait=60)


def test_a_job_runs_while_it_is_started_and_again_after_a_restart(crons):
    with crons:
        done = greeted(crons)
        assert done.status is Status.SUCCEEDED
        assert [line.text for line in crons.executions.logs(done.id)] == ["hello ana"]
        crons.start()
        crons.restart()
        assert crons.wait_until_ready()
        assert len(crons.nodes.list()) == 2
        again = greeted(crons)
    assert not crons.is_running
    assert not crons.wait_until_ready()
    assert crons.nodes.list() == []
    assert [one.id for one in crons.jobs.history("greet")] == [again.id, done.id]


def test_an_async_program_does_not_wait_for_it_in_its_loop(crons):
    async def lived():
        async with crons:
            return crons.is_running

    assert asyncio.run(lived())
    assert not crons.is_running


def test_inside_of_a_runner_which_imports_the_program_nothing_starts(crons, monkeypatch):
    monkeypatch.setenv("ROTA_RUNNER", "1:2:3")
    with crons:
        assert not crons.is_running


def test_settings_are_given_whole_or_by_keyword(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROTA_RUNNERS", "7")
    (tmp_path / "rota.toml").write_text('node_name = "here"\n')
    assert Rota(runners=3).settings.runners == 3
    found = Rota("sqlite:///elsewhere.db").settings
    assert (found.database_url, found.runners, found.node_name) == ("sqlite:///elsewhere.db", 7, "here")
    assert Rota(Settings(runners=2)).settings.runners == 2
    with pytest.raises(TypeError, match="not both"):
        Rota(Settings(), runners=2)
    with pytest.raises(Invalid, match='no setting "runer"'):
        Rota(runer=2)


def run_program(text, url):
    environ = os.environ | {"PYTHONPATH": str(ROOT / "src"), "ROTA_DATABASE_URL": url}
    return subprocess.run(
        [sys.executable, "-c", text], env=environ, capture_output=True, text=True, timeout=100
    )  # fmt: skip


def test_it_ends_with_a_program_that_forgets_to_stop_it(migrated_url):
    ran = run_program("import rota; rota.Rota(runners=1).start()", migrated_url)
    assert (ran.returncode, ran.stderr) == (0, "")
    crons = Rota(migrated_url)
    assert crons.nodes.list() == []
    crons.stop()


FORKING = """
import os, rota
crons = rota.Rota(runners=1)
if crons.settings.database_url.startswith("postgresql"):
    crons.start()  # On SQLite a fork in the middle of a transaction leaves the child with a lock that nobody frees.
before = len(crons.jobs.list())
child = os.fork()
if not child:
    assert not crons.is_running
    assert len(crons.jobs.list()) == before
    crons.users.create("ana", "viewer")
    crons.stop()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert [user.name for user in crons.users.list()] == ["ana"]
assert all(seen.node.pid == os.getpid() for seen in crons.nodes.list() if seen.node.role == "scheduler")
crons.stop()
assert crons.nodes.list() == []
"""


def test_a_process_that_is_forked_off_has_connections_of_its_own_and_no_scheduler(migrated_url):
    ran = run_program(FORKING, migrated_url)
    assert ran.returncode == 0, ran.stderr
