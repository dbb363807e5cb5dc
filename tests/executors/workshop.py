"""Real runners for tests: start them, give them work, wait for what becomes of it."""

import json
import os
import select
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import psutil

from rota.domain.attempt import Attempt
from rota.executors.events import Begun, Ended, Event
from rota.executors.local import LocalRunner

BODIES = ("tests.executors.bodies", "tests.executors.waiters")
PATIENCE = 20.0
E = TypeVar("E", bound=Event)


def attempt(execution_id: int, task_name: str, **kwargs: Any) -> Attempt:
    """An attempt of a job that is called like its task."""
    return Attempt(execution_id, 1, task_name, task_name, execution_id, 1, kwargs=json.dumps(kwargs))


def is_alive(pid: int) -> bool:
    """Whether it runs; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(true: Callable[[], object], patience: float = PATIENCE) -> None:
    """Return as soon as it is true. Raises AssertionError when that takes too long."""
    until = time.monotonic() + patience
    while not true():
        assert time.monotonic() < until, "it never became true"
        time.sleep(0.005)


def pids_in(path: Path) -> list[int]:
    """The process ids that a body wrote there; waits for them."""
    wait_until(lambda: path.exists() and path.read_text())
    return [int(word) for word in path.read_text().split()]


class Workshop:
    """One runner and all that it said."""

    def __init__(self, *, modules: Sequence[str] = BODIES, **environ: str) -> None:
        config = {"modules": list(modules), "ready_made": False, "app": None, "jobs": {}}
        self.marker = f"test-{os.getpid()}-{time.monotonic_ns()}:1"
        environment = {**os.environ, **environ}
        self.runner = LocalRunner.spawn(config, marker=self.marker, environ=environment)
        self.heard: list[Event] = []
        self._number = 0

    def wait(self, kind: type[E], *, patience: float = PATIENCE) -> E:
        """The next event of a kind that was not waited for yet."""
        until = time.monotonic() + patience
        while True:
            for index, event in enumerate(self.heard):
                if isinstance(event, kind):
                    return self.heard.pop(index)  # type: ignore[return-value]
            assert time.monotonic() < until, (
                f"no {kind.__name__}, but {[type(event).__name__ for event in self.heard]}"
            )
            self.listen()

    def listen(self) -> None:
        """Hear what there is, or wait a moment for something."""
        assert not self.runner.dead, f"it is dead; heard {self.heard[-3:]}"
        self.runner.beat()
        select.select(self.runner.filenos(), [], [], 0.05)
        self.heard += self.runner.pump(datetime.now(UTC))

    def begin(self, task_name: str, **kwargs: Any) -> int:
        """Assign it, and wait until its body has begun. Returns its execution id."""
        self._number += 1
        self.runner.assign([attempt(self._number, task_name, **kwargs)])
        assert self.wait(Begun).execution_id == self._number
        return self._number

    def run(self, task_name: str, **kwargs: Any) -> Ended:
        """Run it to its end."""
        self.begin(task_name, **kwargs)
        return self.wait(Ended, patience=3 * PATIENCE)

    def end(self) -> None:
        """Leave nothing."""
        self.runner.abandon()
