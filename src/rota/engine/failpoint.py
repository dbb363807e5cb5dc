"""Named points at which a test may end, stop or delay a process. Unarmed they cost one look at a None."""

import os
import signal
import time

_ARMED = os.environ.get("ROTA_FAILPOINT")
"""`name=kill`, `name=stop` or `name=sleep:SECONDS`; tests set it for one process."""


def reach(name: str) -> None:
    """Come past the point `name`."""
    if _ARMED is None:
        return
    armed, _, action = _ARMED.partition("=")
    if armed != name:
        return
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif action.startswith("sleep:"):
        time.sleep(float(action.removeprefix("sleep:")))
