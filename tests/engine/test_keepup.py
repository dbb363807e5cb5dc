"""The agent's process as its parent sees it."""

import os
import signal
import sys

from rota.engine.keepup import AgentProcess
from tests.clock import MovableClock

FROZEN = "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)\nwhile os.read(0, 65536): pass"


def test_a_frozen_agent_holds_up_nobody_and_hears_the_end_when_it_thaws():
    agent = AgentProcess([sys.executable, "-c", FROZEN], b"{}", MovableClock(), patience=30)
    agent.start()
    assert agent.pid is not None
    os.waitid(os.P_PID, agent.pid, os.WSTOPPED | os.WNOWAIT)
    for _ in range(70_000):
        agent.poke()
    agent.hurry()
    os.kill(agent.pid, signal.SIGCONT)
    agent.stop(at_once=True)
    assert agent._process is not None
    assert agent._process.returncode == 0
