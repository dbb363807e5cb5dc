"""Named points at which a test may end, stop, fail or delay a process. Unarmed they cost one look at a None."""

import os
import signal
import time
from collections.abc import Callable


def _of_environment() -> Callable[[str], str] | None:
    told = os.environ.get("ROTA_FAILPOINT")
    if told is None:
        return None
    armed, _, action = told.partition("=")
    return lambda name: action if name == armed else ""


ask = _of_environment()
"""Told the name of a point, says what happens there: `kill`, `stop`, `fail`, `sleep:SECONDS` or, as a rule, nothing.
Tests set ROTA_FAILPOINT to `name=action` for one process."""


def reach(name: str) -> None:
    """Come past the point `name`."""
    if ask is None:
        return
    action = ask(name)
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif action == "fail":
        raise RuntimeError(f"a test lets {name} fail")
    elif action.startswith("sleep:"):
        time.sleep(float(action.removeprefix("sleep:")))
