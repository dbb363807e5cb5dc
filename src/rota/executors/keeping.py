"""Start a keeper, and speak to it."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping

WITHHELD = (
    "ROTA_DATABASE_URL", "ROTA_SECRET_KEY", "ROTA_BROKER_URL", "ROTA_OIDC_CLIENT_SECRET", "ROTA_TOKEN",
)  # fmt: skip
"""What a job must not find in its environment."""

_PIPE_BYTES = 256 * 1024


class Keeping:
    """A keeper that was started, and the agent's ends of the lines to it and to its runner.

    marker   ROTA_RUNNER in the environment of all below it
    control, output, status  descriptors to read from, none of which ever blocks; control is for writing too
    entry    "module:function" that is the runner
    silence  seconds without a beat after which it kills the runner; patience: seconds that it goes on killing
    Raises OSError when no process can be started.
    """

    def __init__(
        self, *, marker: str, entry: str, environ: Mapping[str, str], silence: float, patience: float
    ) -> None:
        agent, runner = socket.socketpair()
        output, orders, status = os.pipe(), os.pipe(), os.pipe()
        _widen(output[1])
        self.control, self.output, self.status = agent.detach(), output[0], status[0]
        self._orders = orders[1]
        theirs = {"control": runner.fileno(), "output": output[1], "orders": orders[0], "status": status[1]}
        charge = {**theirs, "entry": entry, "silence": silence, "patience": patience}
        kept = {name: value for name, value in environ.items() if name not in WITHHELD}
        try:
            self.process = subprocess.Popen(
                # -P: the folder that the agent happens to stand in must not shadow the standard library.
                [sys.executable, "-P", "-m", "rota.executors.keeper", json.dumps(charge)],
                env={**kept, "ROTA_RUNNER": marker},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=tuple(theirs.values()),
                start_new_session=True,
            )
        except BaseException:
            self._close()
            raise
        finally:
            runner.close()
            for fd in (output[1], orders[0], status[1]):
                os.close(fd)
        for fd in (self.control, self.output, self.status, self._orders):
            os.set_blocking(fd, False)

    def order(self, order: str) -> bool:
        """Say it. Returns False when the keeper is gone, or so busy that it did not listen for a long time."""
        try:
            os.write(self._orders, order.encode() + b"\n")
        except (BlockingIOError, BrokenPipeError):
            return False
        return True

    def kill(self) -> None:
        """Have the whole tree killed, even by a keeper that somebody has frozen."""
        self.order("k")
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
            self.process.send_signal(signal.SIGCONT)

    def hush(self, fd: int) -> None:
        """Keep the number of a descriptor that has reached its end, but make it say no more that it is readable."""
        os.dup2(self._orders, fd, inheritable=False)

    def end(self) -> None:
        """Close all; the keeper, if it lives, takes that as its end."""
        self._close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)

    def _close(self) -> None:
        for fd in (self.control, self.output, self.status, self._orders):
            os.close(fd)


def _widen(pipe: int) -> None:
    """Let a body print more before it has to wait for the agent, where the system allows that (64 KiB else)."""
    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
