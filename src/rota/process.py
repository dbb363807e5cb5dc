"""Entry points of the processes that rota starts. Each imports what it needs inside: they start often."""

import os
import time
from typing import TYPE_CHECKING

from rota.executors.page import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from rota.app import Rota
    from rota.engine.agent import Agent
    from rota.settings import Settings

SWITCH = 0.0005
"""Seconds after which a thread of the agent lets another one go on: each answer of the database would otherwise wait
up to 5 ms for the thread that looks after the runners."""


def runner(control_fd: int, output_fd: int, page: Page) -> None:
    """A runner, called by its keeper."""
    from rota.engine.runner_loop import runner_main

    runner_main(control_fd, output_fd, page, clock=time.time)


def agent() -> None:
    """An agent: its charge is the first line of its input, then its parent pokes it; at the end of input it ends."""
    import gc
    import signal
    import threading

    from rota.app import build
    from rota.engine.agent import Patience
    from rota.engine.boot import Parts, make_agent
    from rota.engine.keepup import TERMINAL

    settings, only = _begin()
    made: list[Agent] = []

    def shut_down(*_: object) -> None:
        # Until it has taken its place, there is nothing to finish or to record.
        made[0].shut_down() if made else os._exit(0)

    with build(settings) as rota:
        threading.Thread(target=_listen, args=(shut_down, rota.db.bell.sound), daemon=True).start()
        signal.signal(signal.SIGTERM, shut_down)
        # A terminal sends them to the whole group; the parent decides what an agent does about it.
        for number in TERMINAL:
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, TERMINAL)
        node = rota.node("agent", only=only)
        parts = Parts(settings, rota.db, rota.clock, node, rota.definitions, only, time.sleep)
        made.append(make_agent(parts, owner_is_gone))
        # What was loaded stays: the collector need not look at it again, which takes tens of milliseconds.
        gc.freeze()
        until = _finished(rota, only) if only else (lambda: False)
        made[0].run(Patience(settings.shutdown_grace, settings.kill_after), until)


def _begin() -> "tuple[Settings, int | None]":
    """Read the charge, and set up the log. Returns the settings, and the one execution that it is there for."""
    import json
    import sys

    from rota.settings import Settings
    from rota.telemetry import logs

    # A buffer would swallow what comes after the line.
    with open(0, "rb", buffering=0, closefd=False) as told:
        charge = json.loads(told.readline())
    settings = Settings(**charge["settings"])
    logs.begin(settings.log_format, settings.secrets)
    sys.setswitchinterval(SWITCH)
    return settings, charge["only"]


def _finished(rota: "Rota", execution_id: int) -> "Callable[[], bool]":
    """Whether the one execution that an agent is there for has ended, asked at most ten times a second."""
    from rota.domain.errors import Unavailable

    asked = [0.0]

    def ended() -> bool:
        if time.monotonic() - asked[0] < 0.1:
            return False
        asked[0] = time.monotonic()
        try:
            return rota.executions.get(execution_id).is_final
        except Unavailable:
            return False

    return ended


def _listen(shut_down: "Callable[[], None]", sound: "Callable[[], None]") -> None:
    """Hear the parent: p there is work, e end, n end now. The end of input means that the parent is dead."""
    from rota.engine.keepup import END, POKE

    while data := os.read(0, 4096):
        if POKE in data:
            sound()
        if set(data) - set(POKE):
            shut_down()
            if set(data) - set(POKE) - set(END):
                shut_down()
    shut_down()
    shut_down()


def owner_is_gone(marker: str) -> bool:
    """Whether the agent that a runner's marker names is dead. A marker that is none of ours names nobody."""
    from rota.executors.identity import is_here

    try:
        pid, started, _ = marker.split(":")
        return not is_here(int(pid), float(started))
    except ValueError:
        return False


if __name__ == "__main__":
    agent()
