"""Whoever dies or falls silent, nothing of a runner stays alive."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from rota.executors import keeper
from rota.executors.events import Died
from rota.executors.page import Page
from rota.executors.sweep import sweep
from rota.executors.tree import containment
from tests.executors.workshop import Workshop, is_alive, pids_in, wait_until


class Agent:
    """An agent in a process of its own, whose body forks, has a child in another session and ignores SIGTERM."""

    def __init__(self, folder, silence):
        command = [sys.executable, "-m", "tests.executors.agent", str(folder), str(silence)]
        self.process = subprocess.Popen(command)
        self.heard = folder / "heard"
        self.body = pids_in(folder / "pids")
        self.keeper = psutil.Process(self.body[0]).ppid()
        below = psutil.Process(self.process.pid).children(recursive=True)
        self.pids = sorted({*self.body, *(child.pid for child in below)})

    def nothing_is_left(self):
        """Whether all below the agent is dead."""
        return not any(map(is_alive, self.pids))


@pytest.fixture
def start(tmp_path) -> Iterator[object]:
    """Starts an agent; it ends with the test."""
    agents = []

    def started(silence=20.0):
        agents.append(Agent(tmp_path, silence))
        return agents[-1]

    yield started
    for agent in agents:
        agent.process.kill()
        agent.process.wait()
        wait_until(agent.nothing_is_left)


def test_when_the_agent_is_killed_nothing_is_left_within_two_seconds(start):
    agent = start()
    assert len(agent.pids) >= 5
    agent.process.kill()
    agent.process.wait()
    wait_until(agent.nothing_is_left, patience=2)


def test_when_the_agent_is_frozen_for_too_long_its_runner_is_killed_and_it_hears_why(start):
    agent = start(silence=1)
    os.kill(agent.process.pid, signal.SIGSTOP)
    began = time.monotonic()
    wait_until(agent.nothing_is_left, patience=3)
    assert time.monotonic() - began > 0.8
    os.kill(agent.process.pid, signal.SIGCONT)
    wait_until(agent.heard.exists)
    assert agent.heard.read_text() == "killed: the agent was silent for 1 s"


def test_an_agent_that_is_frozen_for_a_moment_only_loses_nothing(start):
    agent = start(silence=2)
    for _ in range(4):
        os.kill(agent.process.pid, signal.SIGSTOP)
        time.sleep(0.6)
        os.kill(agent.process.pid, signal.SIGCONT)
        time.sleep(0.2)
    assert is_alive(agent.body[0])


def test_a_keeper_that_is_frozen_with_its_agent_believes_the_agent_first(start):
    """Both were stopped for longer than the silence, as in a frozen machine: what the agent says next decides."""
    agent = start(silence=1)
    os.kill(agent.keeper, signal.SIGSTOP)
    time.sleep(1.5)
    os.kill(agent.keeper, signal.SIGCONT)
    time.sleep(0.3)
    assert is_alive(agent.body[0])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_when_the_keeper_is_killed_the_agent_ends_what_it_kept(workshop, tmp_path, number):
    workshop.begin("stubborn", path=str(tmp_path / "pids"))
    pids = pids_in(tmp_path / "pids")
    os.kill(psutil.Process(workshop.runner.pid).ppid(), number)
    died = workshop.wait(Died)
    assert (
        died.text
        == {
            signal.SIGKILL: "killed together with its keeper",
            signal.SIGTERM: "killed: the keeper was told to end",
        }[number]
    )
    assert died.running.execution_id == 1
    assert not any(map(is_alive, pids))


def test_a_kill_reaches_a_frozen_keeper(workshop):
    workshop.begin("sleep")
    os.kill(psutil.Process(workshop.runner.pid).ppid(), signal.SIGSTOP)
    workshop.runner.kill("shutdown")
    assert workshop.wait(Died).text == "killed: shutdown"


def test_a_frozen_runner_can_be_killed(workshop):
    workshop.begin("sleep")
    os.kill(workshop.runner.pid, signal.SIGSTOP)
    workshop.runner.kill("timeout")
    assert workshop.wait(Died, patience=2).running.execution_id == 1


def test_a_sweep_ends_the_runners_of_owners_that_are_gone_and_no_others(workshop, tmp_path):
    workshop.begin("stubborn", path=str(tmp_path / "pids"))
    pids = pids_in(tmp_path / "pids")
    assert sweep(lambda marker: marker == "somebody-else:1") == []
    assert all(map(is_alive, pids))
    assert set(pids) < set(sweep(lambda marker: marker == workshop.marker))
    # A process that is ending has let go of its environment, by which it is found, before it is gone.
    wait_until(lambda: not any(map(is_alive, pids)))
    assert workshop.wait(Died).text == "killed together with its keeper"


def test_modules_that_end_the_process_are_told_with_what_they_printed(tmp_path):
    (tmp_path / "fatal.py").write_text("import os\nprint('oh no', flush=True)\nos._exit(5)\n")
    workshop = Workshop(modules=[str(tmp_path / "fatal.py")])
    died = workshop.wait(Died)
    assert (died.text, died.output, died.planned) == ("the runner ended with exit code 5", "oh no\n", False)


def test_abandoning_a_runner_ends_it(tmp_path):
    workshop = Workshop()
    workshop.begin("stubborn", path=str(tmp_path / "pids"))
    pids = pids_in(tmp_path / "pids")
    workshop.end()
    assert not any(map(is_alive, pids))


def test_the_doctor_can_say_how_well_bodies_are_contained():
    assert containment().startswith("complete" if sys.platform.startswith("linux") else "partial")


def test_a_signal_counts_once_it_is_sent_so_that_obeying_an_earlier_one_is_not_hearing_it(monkeypatch):
    one = object.__new__(keeper.Keeper)
    one._page, one._runner, sent = Page(), 4711, []
    for name in ("kill", "killpg"):
        monkeypatch.setattr(os, name, lambda *_: sent.append((one._page.asked, one._page.heard)))
    one._page.current = 3
    for order in (b".", b"r", b"s 3", b"s 4"):
        one._signal(order)
    assert [asked for asked, _ in sent] == [0, 1, 2]
    assert (one._page.asked, one._page.stop) == (3, 3)
