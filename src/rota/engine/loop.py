"""Repeat a tick until stopped; sleep until the next known instant or a signal."""

import threading
from collections.abc import Callable

import structlog

from rota.domain.errors import Unavailable

AWAY = 1.0
"""Seconds before the next try when the database is away, or when a tick failed."""

log = structlog.get_logger("rota.loop")


class Loop:
    """A thread that calls `tick`, which returns how many seconds to wait, and then waits by `wait`.

    A tick that fails is told once and tried again: a loop ends only when it is stopped.
    """

    def __init__(self, name: str, tick: Callable[[], float], wait: Callable[[float], object]) -> None:
        self.name, self.tick, self.wait = name, tick, wait
        self._stopped = threading.Event()
        self._failing = False
        self._thread = threading.Thread(target=self._run, name=f"rota-{name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, wake: Callable[[], object], seconds: float = 10) -> None:
        """End after the tick under way. `wake` ends the wait."""
        self._stopped.set()
        wake()
        self._thread.join(seconds)

    def _run(self) -> None:
        while not self._stopped.is_set():
            pause = self._once()
            if pause > 0 and not self._stopped.is_set():
                self.wait(pause)

    def _once(self) -> float:
        try:
            pause = self.tick()
        except Unavailable as problem:
            self._tell(str(problem))
            return AWAY
        except Exception:
            log.exception("a tick failed", loop=self.name)
            return AWAY
        if self._failing:
            self._failing = False
            log.info("the database is back", loop=self.name)
        return pause

    def _tell(self, problem: str) -> None:
        if not self._failing:
            self._failing = True
            log.warning("the database is away; trying again every second", loop=self.name, problem=problem)
