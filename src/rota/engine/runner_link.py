"""The way from a body to its agent, as its context uses it."""

import time
from typing import Any

from rota.engine.runner_inbox import Inbox
from rota.engine.runner_output import Output

_BETWEEN_PROGRESS = 0.1
_BETWEEN_BEATS = 1.0


class BodyLink:
    """One body's link. Progress goes out ten times a second at most, the last of it always; beats once a second."""

    def __init__(self, execution_id: int, output: Output, inbox: Inbox) -> None:
        self._execution_id = execution_id
        self._output = output
        self._inbox = inbox
        self._pending: list[Any] | None = None
        self._next_progress = 0.0
        self._next_beat = 0.0

    def log(self, level: str, text: str) -> None:
        """Into the output, in its place."""
        self._output.log(level, text)

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        """Tell it now, or keep it as the last one. Raises TypeError or ValueError for what is no number."""
        number = None if total is None else float(total)
        said = None if message is None else str(message)[:1000]
        self._pending = ["p", self._execution_id, float(done), number, said]
        now = time.monotonic()
        if now >= self._next_progress:
            self._next_progress = now + _BETWEEN_PROGRESS
            self.finish()

    def finish(self) -> None:
        """Tell the last progress, if it was not told."""
        pending, self._pending = self._pending, None
        if pending:
            self._output.say(pending)

    def beat(self) -> None:
        """Tell it, unless it was just told."""
        now = time.monotonic()
        if now >= self._next_beat:
            self._next_beat = now + _BETWEEN_BEATS
            self._output.say(["beat", self._execution_id])

    def call(self, method: str, **args: Any) -> Any:
        """Ask the services of rota, which live where the agent is."""
        call_id = next(self._inbox.call_ids)
        self._output.say(["call", self._execution_id, call_id, method, args])
        return self._inbox.answer(call_id)
