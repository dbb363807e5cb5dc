"""SIGHUP: `rota serve` loads its modules anew, without a pause; it stops when its terminal is closed."""

import os
import signal
import subprocess
import sys

import pytest

from rota import Rota
from rota.domain.execution import Status
from tests.cli.terminal import Terminal
from tests.embedding.hosting import until

OLD = """
import pathlib, time
from rota import job

@job
def tell():
    print("by the old code", flush=True)
    while not pathlib.Path("go").exists():
        time.sleep(0.02)
"""
NEW = """
from rota import job

@job
def tell():
    print("by the new code")

@job
def fresh():
    pass
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "telling.py").write_text(OLD)
    for name, value in {"PYTHONDONTWRITEBYTECODE": "1", "ROTA_DATABASE_URL": "sqlite:///rota.db"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def crons(folder):
    made = Rota()
    made.product.upgrade()
    yield made
    made.stop()


def knows(crons, job):
    return until(lambda: job in [one.name for one in crons.jobs.list()], f"{job} is known")


def printed(crons, execution):
    return [line.text for line in crons.executions.logs(execution.id)]


def agents(crons):
    return [seen.node.pid for seen in crons.nodes.list() if seen.node.role == "agent"]


def test_the_modules_are_loaded_anew_and_what_runs_finishes_by_the_old_code(folder, crons):
    command = [sys.executable, "-m", "rota", "serve", "-m", "telling", "--no-web", "--runners", "1"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        knows(crons, "tell")
        before = crons.jobs.execute("tell")
        until(lambda: printed(crons, before), "the old code runs")
        (folder / "telling.py").write_text(NEW)
        first = agents(crons)
        server.send_signal(signal.SIGHUP)
        knows(crons, "fresh")
        assert crons.executions.get(before.id).status is Status.RUNNING
        (folder / "go").touch()
        assert crons.executions.wait(before.id, 60).status is Status.SUCCEEDED
        until(lambda: len(agents(crons)) == 1 and agents(crons) != first, "the old agent has left")
        after = crons.jobs.execute("tell", wait=60)
        assert (printed(crons, before), printed(crons, after)) == (["by the old code"], ["by the new code"])
        server.send_signal(signal.SIGTERM)
        _, said = server.communicate(timeout=60)
        assert server.returncode == 0
        assert "Reloading" in said
    finally:
        if server.poll() is None:
            server.kill()
            server.communicate()


def test_a_server_whose_terminal_is_closed_stops_well(folder, crons):
    (folder / "go").touch()
    with Terminal(["serve", "-m", "telling", "--no-web", "--runners", "1"], folder) as terminal:
        knows(crons, "tell")
        assert terminal.hang_up() == 0
    assert crons.nodes.list() == []


def test_nohup_is_respected(folder, crons):
    command = [sys.executable, "-m", "rota", "serve", "-m", "telling", "--no-web", "--runners", "1"]
    server = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=_ignore
    )
    knows(crons, "tell")
    os.kill(server.pid, signal.SIGHUP)
    server.send_signal(signal.SIGTERM)
    _, said = server.communicate(timeout=60)
    assert (server.returncode, "Reloading" in said) == (0, False)


def _ignore() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
