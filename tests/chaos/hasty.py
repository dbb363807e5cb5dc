"""A command of rota in haste, on a machine of the company: whoever is silent is given up after seconds.

Its arguments are those of `rota`; `agent` makes it the agent below a worker.
"""

import sys

from rota.cli import program
from rota.engine import reaper, worker
from rota.engine.keepup import AgentProcess
from rota.engine.worker import Charging
from rota.process import agent
from tests.chaos import machine
from tests.faults import haste


def agent_below(rota: Charging) -> AgentProcess:
    """An agent in haste."""
    command = [sys.executable, "-P", "-m", "tests.chaos.hasty", "agent"]
    return AgentProcess(command, rota.charge(), rota.clock, rota.settings.patience)


def main() -> int:
    """Run one command line."""
    haste.make()
    machine.settle()
    if sys.argv[1:] == ["agent"]:
        agent()
        return 0
    worker.agent_below = agent_below
    reaper.Reaper.__init__.__defaults__ = (*(reaper.Reaper.__init__.__defaults__ or ())[:-1], haste.LEASE)
    return program.run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
