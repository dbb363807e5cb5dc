"""What ready-made tasks ask of rota, answered one after the other."""

import threading
from typing import Any

import structlog

from rota.domain.errors import RotaError
from rota.engine.tray import Answer
from rota.executors.events import Called
from rota.executors.local import LocalRunner
from rota.services.tending import Tending

log = structlog.get_logger("rota.agent")


class Answering:
    """Calls are put in by one thread and answered by another."""

    def __init__(self, tending: Tending) -> None:
        self.tending = tending
        self._lock = threading.Lock()
        self._calls: list[tuple[LocalRunner, Called]] = []

    def put(self, runner: LocalRunner, call: Called) -> None:
        """A body asks, and waits for the answer."""
        with self._lock:
            self._calls.append((runner, call))

    def answers(self) -> list[Answer]:
        """Answer all that was asked since."""
        with self._lock:
            calls, self._calls = self._calls, []
        return [(runner, call.call_id, *self._answer(call)) for runner, call in calls]

    def _answer(self, call: Called) -> tuple[Any, RotaError | None]:
        try:
            return self.tending.call(call.method, call.args), None
        except RotaError as problem:
            return None, problem
        except Exception as problem:
            log.exception("a verb for tasks failed", verb=call.method, execution_id=call.execution_id)
            return None, RotaError(f"{call.method} failed: {problem}")
