"""An agent for one execution, for when no live node can take it."""

import contextlib
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from rota.domain.errors import Conflict, RotaError, Unavailable
from rota.domain.execution import Execution, Status

if TYPE_CHECKING:
    from rota.app import Rota
    from rota.cli.session import Session

LOOK = 0.5
"""Seconds between looks at whether the agent knows the task."""


class OneShot:
    """The process of an agent that is there for one execution; ended on leaving the `with` block.

    It serves every queue: whoever asks for a run at a terminal wants it here and now.
    """

    def __init__(self, rota: "Rota", execution_id: int, session: "Session") -> None:
        self.rota, self.execution_id, self.session = rota, execution_id, session
        self._process: subprocess.Popen[bytes] | None = None
        self._looked_at = 0.0
        self._knows = False

    def __enter__(self) -> "OneShot":
        from dataclasses import replace

        everything = self.rota.settings.model_copy(update={"queues": {"*": "local"}})
        charge = replace(self.rota, settings=everything).charge(only=self.execution_id)
        command = [sys.executable, "-P", "-m", "rota.process"]
        # Its own words are notes beside our data.
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=sys.stderr.fileno())
        assert self._process.stdin is not None
        self._process.stdin.write(charge + b"\n")
        self._process.stdin.flush()
        return self

    def __exit__(self, *_: object) -> None:
        """It has ended with its execution; the end of its input ends it in any case."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        settings = self.rota.settings
        try:
            process.wait(2.0)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):
                process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(settings.kill_after + 15)
        if process.poll() is None:
            process.kill()
            process.wait()
        with contextlib.suppress(OSError):
            process.stdin.close()

    def check(self, execution: Execution) -> None:
        """Give up, and take the execution back, when the agent died or does not know the task."""
        if self._knows or execution.status is not Status.QUEUED or time.monotonic() - self._looked_at < LOOK:
            return
        self._looked_at = time.monotonic()
        assert self._process is not None
        if self._process.poll() is not None:
            self._give_up(
                f"the agent for this run ended with exit code {self._process.returncode}", "see above"
            )
        node, knows, problems = self._known(execution.task_name)
        self._knows = knows
        if node and not knows:
            fix = problems or "name its module with -m, as in `rota jobs run JOB -m MODULE`, or in rota.toml"
            self._give_up(f"no node knows task {execution.task_name}", fix)

    def _known(self, task: str) -> tuple[bool, bool, str]:
        """Whether the agent has registered, whether it knows the task, and what it could not import."""
        from rota.store import definitions, nodes

        assert self._process is not None
        with self.rota.db.read() as conn:
            mine = {
                node.id for node in nodes.live(conn) if node.pid == self._process.pid and node.role == "agent"
            }
            knows = bool(mine & set(definitions.live_tasks(conn, task)))
            problems = [problem["message"] for problem in definitions.problems(conn)]
        return bool(mine), knows, "; ".join(problems)

    def _give_up(self, message: str, fix: str) -> None:
        with contextlib.suppress(RotaError):
            self.rota.executions.cancel(self.execution_id, self.session.actor, reason=message)
        raise Unavailable(message, fix=fix, code="no_node")

    def stop(self) -> None:
        """Cancel the execution and wait until it has ended: nobody else would see to it."""
        with contextlib.suppress(Conflict):
            self.rota.executions.cancel(self.execution_id, self.session.actor, reason="interrupted")
        limit = self.rota.settings.kill_after + 10
        self.rota.executions.wait(self.execution_id, limit, time.sleep)
