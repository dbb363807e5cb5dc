"""End what a dead agent left behind."""

import os
import time
from collections.abc import Callable

import psutil

from rota.executors.tree import kill

MARKER = "ROTA_RUNNER"
"""The variable that names a runner, in the environment of its keeper, of itself and of all that its bodies start."""


def marked(gone: Callable[[str], bool]) -> list[int]:
    """The processes, this one aside, whose marker belongs to a runner that `gone` says nobody owns any more."""
    found = []
    for process in psutil.process_iter():
        try:
            marker = process.environ().get(MARKER) if process.pid != os.getpid() else None
            if marker and process.status() != psutil.STATUS_ZOMBIE and gone(marker):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def sweep(gone: Callable[[str], bool], *, patience: float = 2.0) -> list[int]:
    """Kill the processes of runners whose owner is gone, until none is left. Returns the ids of all that were killed.

    gone      whether the owner of a marker, "<node incarnation>:<n>", is dead
    patience  seconds to go on
    """
    killed: list[int] = []
    deadline = time.monotonic() + patience
    while (found := marked(gone)) and time.monotonic() < deadline:
        kill(found)
        killed += [pid for pid in found if pid not in killed]
        time.sleep(0.01)
    return killed
