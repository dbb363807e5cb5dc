"""A process that only keeps up the agent below it: what `rota worker` is."""

import sys
import threading
from typing import Protocol

from rota.domain.clock import Clock
from rota.engine.keepup import AgentProcess
from rota.engine.loop import Loop
from rota.settings import Settings

LOOK = 2.0
"""Seconds between looks at whether the agent lives."""


class Charging(Protocol):
    """What an agent's parent has: the product, as far as it matters here."""

    @property
    def settings(self) -> Settings:
        """How rota is set up."""

    @property
    def clock(self) -> Clock:
        """The clocks."""

    def charge(self) -> bytes:
        """What the agent is told on its input."""


def agent_below(rota: Charging) -> AgentProcess:
    """An agent below this process, not started yet."""
    command = [sys.executable, "-P", "-m", "rota.process"]
    return AgentProcess(command, rota.charge(), rota.clock, rota.settings.patience)


class Worker:
    """An agent, started again whenever it dies."""

    def __init__(self, agent: AgentProcess) -> None:
        self.agent = agent
        self._resting = threading.Event()
        self._loop = Loop("worker", self._look, self._resting.wait)

    def start(self) -> None:
        """Start the agent."""
        self.agent.start()
        self._loop.start()

    def stop(self, *, at_once: bool = False) -> None:
        """Let the agent finish what runs, or not, and wait for its end."""
        self._loop.stop(self._resting.set)
        self.agent.stop(at_once=at_once)

    def _look(self) -> float:
        self.agent.keep_up()
        return LOOK
