"""An agent's handle on one runner: start it, give it work, hear what becomes of it, end it."""

import os
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from rota.domain.attempt import Attempt, Line
from rota.domain.errors import RotaError
from rota.executors.account import Account
from rota.executors.control import Control
from rota.executors.endings import Current
from rota.executors.events import Event
from rota.executors.keeping import Keeping
from rota.executors.stream import Stream
from rota.executors.sweep import sweep
from rota.executors.tree import descendants, memory_of
from rota.executors.verdict import Verdict, verdict_of
from rota.executors.wire import assignment_of, reported

RUNNER = "rota.process:runner"


class LocalRunner:
    """One runner below one keeper. For one thread at a time; nothing here ever waits for the runner.

    marker    unique for this runner: "<node incarnation>:<n>", found in the environment of all below it
    pid       of the runner, None until its keeper has told
    retiring  assign nothing more: it was closed or killed, or has to be replaced
    dead      Died was given out, everything is closed
    """

    def __init__(self, marker: str, keeping: Keeping, config: Mapping[str, Any]) -> None:
        self.marker = marker
        self.pid: int | None = None
        self.retiring = self.dead = False
        nonce = secrets.token_hex(8)
        self._keeping = keeping
        self._control = Control(keeping.control)
        self._stream = Stream(keeping.output, nonce.encode())
        self._account = Account()
        self._status = b""
        self._closing = False
        self._why: str | None = None
        self._control.send(["config", {**config, "nonce": nonce}])

    @classmethod
    def spawn(
        cls,
        config: Mapping[str, Any],
        *,
        marker: str,
        environ: Mapping[str, str],
        silence: float = 20.0,
        patience: float = 60.0,
        entry: str = RUNNER,
    ) -> "LocalRunner":
        """Start a keeper, and it a runner; Hello follows. Raises OSError when no process can be started.

        config    {"modules": […], "jobs": {name: {…}}, "app": "module:callable" | None, "ready_made": bool}
        environ   of the runner; what a job must not know is taken out
        silence   seconds without `beat` after which the keeper kills the runner
        patience  seconds that the keeper goes on killing
        entry     "module:function" that is the runner
        """
        keeping = Keeping(marker=marker, entry=entry, environ=environ, silence=silence, patience=patience)
        return cls(marker, keeping, config)

    @property
    def ready(self) -> bool:
        """Whether its modules are imported."""
        return self._account.ready

    @property
    def current(self) -> Current | None:
        """The body that runs now."""
        return self._account.current

    @property
    def assigned(self) -> list[int]:
        """What was assigned and has not ended, the current or next one first."""
        return list(self._account.assigned)

    @property
    def line(self) -> int:
        """How many were assigned and have not ended."""
        return len(self._account.assigned)

    def filenos(self) -> tuple[int, int]:
        """The descriptors to watch for reading; the same ones until it is dead."""
        return self._keeping.output, self._keeping.status

    @property
    def control_fd(self) -> int:
        """The descriptor to watch for writing while `wants_write`."""
        return self._keeping.control

    @property
    def wants_write(self) -> bool:
        """Whether something could not be sent yet; `pump` goes on with it."""
        return self._control.wants_write

    def assign(self, attempts: Sequence[Attempt]) -> None:
        """Give it these to run, one at a time and in this order, after what it has already."""
        self._account.assigned.update((attempt.execution_id, None) for attempt in attempts)
        self._control.send(["run", *map(assignment_of, attempts)])

    def pump(self, now: datetime) -> list[Event]:
        """What has happened since; call it when a descriptor is ready, or at any time. Never waits. `now` is UTC."""
        if self.dead:
            return []
        self._control.flush()
        events = self._read(now)
        if self._account.parting and not self.retiring:
            self.retiring = True
            self._keeping.kill()
        verdict = self._verdict()
        return events if verdict is None else [*events, *self._die(verdict, now)]

    def _read(self, now: datetime, *, all_of_it: bool = False) -> list[Event]:
        was_open = self._stream.is_open
        messages = self._stream.read(now, all_of_it=all_of_it)
        if was_open and not self._stream.is_open:
            self._keeping.hush(self._keeping.output)
        monotonic = time.monotonic()
        events = (self._account.event(message, capture, monotonic) for message, capture in messages)
        return [event for event in events if event is not None]

    def _verdict(self) -> Verdict | None:
        """What the keeper says at last; None as long as it has not."""
        try:
            data = os.read(self._keeping.status, 65_536)
        except BlockingIOError:
            return None
        self._status += data
        while b"\n" in self._status:
            line, _, self._status = self._status.partition(b"\n")
            if self.pid is not None:
                return verdict_of(line)
            self.pid = from_json(line)["pid"]
        if data:
            return None
        # Its keeper was killed: the runner died with it, but what it had started may live.
        sweep(lambda marker: marker == self.marker)
        return Verdict()

    def _die(self, verdict: Verdict, now: datetime) -> Iterator[Event]:
        yield from self._read(now, all_of_it=True)
        in_body = self.current is not None
        planned = not in_body and (self._closing or self._account.parting is not None)
        text = verdict.text(asked=self._why, in_body=in_body)
        yield from self._account.close(text, verdict, self._stream, now=now, why=self._why, planned=planned)
        self.retiring = self.dead = True
        self._keeping.end()

    def beat(self) -> None:
        """Tell its keeper that the agent lives; at least every 5 seconds, whatever the runner does."""
        if not self.dead:
            self._keeping.order(".")

    def stop(self, execution_id: int, why: str) -> None:
        """Ask a body to end: SIGTERM to its process group, `Stopped` in the body; never meets another body.

        What has not begun is recalled instead; what has ended is left alone.
        """
        if self.dead or execution_id not in self._account.assigned:
            return
        if self.current and self.current.execution_id == execution_id:
            self.current.asked = why
        self._keeping.order(f"s {execution_id}")

    def recall(self) -> None:
        """Ask for what has not begun. Recalled answers it, unless the runner is stuck outside of Python."""
        if not self.dead:
            self._keeping.order("r")

    def kill(self, why: str) -> None:
        """SIGKILL to all of it; Died follows when nothing of it is alive."""
        if self.dead:
            return
        self.retiring = True
        self._why = self._why or why
        self._keeping.kill()

    def close(self) -> None:
        """Let it end when it has done what it was given; Died follows."""
        if not (self.dead or self._closing):
            self.retiring = self._closing = True
            self._control.send(["end"])

    def abandon(self) -> None:
        """Give it up, whatever it does: its keeper kills it. No event follows."""
        if not self.dead:
            self.retiring = self.dead = True
            self._keeping.end()

    def answer(self, call_id: int, value: Any = None, error: RotaError | None = None) -> None:
        """Answer a call of the body that waits for it: with a value that JSON can say, or an error to raise there."""
        if not self.dead:
            self._control.send(["answer", call_id, value, error and reported(error)])

    def take_lines(self) -> tuple[int, list[Line]] | None:
        """The lines of the current body that were not taken yet; at most the beginning of its output."""
        if self.current is None or self._stream.current is None:
            return None
        lines = self._stream.current.take()
        return (self.current.execution_id, lines) if lines else None

    def tree_memory_mb(self) -> float | None:
        """Resident memory of the runner and all that is below it; None when it is not known. Looks at each process."""
        return None if self.dead or self.pid is None else memory_of([self.pid, *descendants(self.pid)])
