"""What a body may take: time, memory, and how long it may keep others waiting."""

from rota.domain.attempt import Attempt
from rota.engine.crew import Crew
from rota.engine.outcome import MEMORY, TIMEOUT
from rota.executors.local import LocalRunner

QUICK_SECONDS = 0.1
"""A body that has run for longer than this keeps nobody waiting: what was to run after it is called back."""

MEMORY_LOOK = 0.25
"""Seconds between looks at the memory of a body that has a limit."""


class Limits:
    """Holds the bodies of a crew to their limits."""

    def __init__(self, crew: Crew) -> None:
        self.crew = crew
        self._memory_at = 0.0

    def watch(self) -> float:
        """Hold every body to its limits. Returns in how many seconds to look again, at most 3."""
        now = self.crew.clock.monotonic()
        look_at_memory = now - self._memory_at >= MEMORY_LOOK
        if look_at_memory:
            self._memory_at = now
        next_look = 3.0
        for runner in self.crew.runners:
            current = runner.current
            if current is None or current.execution_id not in self.crew.attempts:
                continue
            next_look = min(next_look, 1.0)
            attempt = self.crew.attempts[current.execution_id]
            if runner.line > 1 and now - current.begun > QUICK_SECONDS:
                runner.recall()
            next_look = min(next_look, self._watch_time(runner, attempt, now - current.begun, now))
            if attempt.memory_limit:
                next_look = min(next_look, MEMORY_LOOK)
                if look_at_memory:
                    self._watch_memory(runner, attempt)
            elif runner.line > 1:
                next_look = min(next_look, QUICK_SECONDS)
        return next_look

    def _watch_time(self, runner: LocalRunner, attempt: Attempt, elapsed: float, now: float) -> float:
        stopped_at = self.crew.stopped_at.get(attempt.execution_id)
        if stopped_at is not None:
            left = stopped_at + self.crew.terms.kill_after - now
            if left <= 0:
                runner.kill((runner.current and runner.current.asked) or TIMEOUT)
        elif attempt.timeout:
            left = attempt.timeout - elapsed
            if left <= 0:
                self.crew.stop(attempt.execution_id, TIMEOUT)
                left = self.crew.terms.kill_after
        else:
            return 1.0
        return max(0.01, left)

    def _watch_memory(self, runner: LocalRunner, attempt: Attempt) -> None:
        used = runner.tree_memory_mb()
        if used is not None and attempt.memory_limit is not None and used > attempt.memory_limit:
            runner.kill(MEMORY)
