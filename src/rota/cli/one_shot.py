"""An agent for one execution, for when no live node can take it."""

import contextlib
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from rota.domain.errors import Conflict, RotaError, Unavailable
from rota.domain.execution import Execution, Status

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from rota.app import Rota
    from rota.cli.session import Session
    from rota.store.nodes import Node

NONE = 0
"""The execution of an agent that runs none."""

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
        self._process = _begun(self.rota, self.execution_id)
        return self

    def __exit__(self, *_: object) -> None:
        """It has ended with its execution; the end of its input ends it in any case."""
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(2.0)
        _end(self._process, self.rota.settings.kill_after + 15)

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
        from rota.store import definitions

        assert self._process is not None
        with self.rota.db.read() as conn:
            mine = _node(conn, self._process.pid)
            knows = mine is not None and mine.id in definitions.live_tasks(conn, task)
            problems = [problem["message"] for problem in definitions.problems(conn)]
        return mine is not None, knows, "; ".join(problems)

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


def adopt(rota: "Rota", name: str) -> str:
    """Load the modules as a node would, and make the job of that name if they declare it.

    Returns what could not be imported, in words.
    """
    from rota.store import definitions

    process = _begun(rota, NONE)
    try:
        while (node := _registered(rota, process.pid)) is None:
            if process.poll() is not None:
                return f"the agent that loads the modules ended with exit code {process.returncode}"
            time.sleep(LOOK / 5)
        assert node.generation_id is not None
        rota.definitions.adopt(rota.settings.application, node.generation_id, name)
        with rota.db.read() as conn:
            problems = definitions.problems(conn, [node.generation_id])
        return "; ".join(problem["message"] for problem in problems)
    finally:
        _end(process, rota.settings.kill_after + 15)


def _begun(rota: "Rota", execution_id: int) -> "subprocess.Popen[bytes]":
    """The process of an agent that is there for one execution, and serves every queue."""
    from dataclasses import replace

    everything = rota.settings.model_copy(update={"queues": {"*": "local"}})
    charge = replace(rota, settings=everything).charge(only=execution_id)
    command = [sys.executable, "-P", "-m", "rota.process"]
    # Its own words are notes beside our data.
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=sys.stderr.fileno())
    assert process.stdin is not None
    process.stdin.write(charge + b"\n")
    process.stdin.flush()
    return process


def _end(process: "subprocess.Popen[bytes]", patience: float) -> None:
    """The end of its input ends it; what does not end in `patience` seconds is killed."""
    assert process.stdin is not None
    with contextlib.suppress(OSError):
        process.stdin.close()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _registered(rota: "Rota", pid: int) -> "Node | None":
    with rota.db.read() as conn:
        return _node(conn, pid)


def _node(conn: "Connection", pid: int) -> "Node | None":
    from rota.store import nodes

    return next((node for node in nodes.live(conn) if node.pid == pid and node.role == "agent"), None)
