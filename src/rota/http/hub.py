"""One thread a process that looks into the database for all who wait, so that waiting takes no thread of its own."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Connection

from rota.domain.errors import Unavailable
from rota.store.database import Database

POLL = 0.2
"""Seconds between looks while somebody waits; a change by this very process is looked for at once."""

AWAY = 1.0
"""Seconds between looks while the database is away."""

Reader = Callable[[Connection, Iterable[Any]], Mapping[Any, Any]]
"""Looks for everybody's wants in one go; answers those for which there is something."""

log = structlog.get_logger("rota.hub")


class Closed(Exception):
    """The process is about to end; nobody waits any longer."""


@dataclass(frozen=True, slots=True)
class _Ask:
    reader: Reader
    want: Hashable
    loop: asyncio.AbstractEventLoop
    answered: "asyncio.Future[Any]"

    def settle(self, answer: Any) -> None:
        """Hand over an answer, in the loop that asked. A loop that is closed waits no more."""
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._set, answer)

    def _set(self, answer: Any) -> None:
        if self.answered.done():
            return
        if isinstance(answer, Exception):
            self.answered.set_exception(answer)
        else:
            self.answered.set_result(answer)


class Hub:
    """Answers `ask`. Its thread begins with the first one, sleeps while nobody waits, and ends with `close`."""

    def __init__(self, db: Database, poll: float = POLL) -> None:
        self.db, self.poll = db, poll
        self._asks: set[_Ask] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._closed = False
        db.bell.listeners.append(self._heard)

    async def ask(self, reader: Reader, want: Hashable, seconds: float) -> Any | None:
        """Wait until `reader` has an answer to `want`, or None after `seconds`. Raises Closed."""
        loop = asyncio.get_running_loop()
        ask = _Ask(reader, want, loop, loop.create_future())
        self._add(ask)
        try:
            async with asyncio.timeout(seconds):
                return await ask.answered
        except TimeoutError:
            return None
        finally:
            with self._lock:
                self._asks.discard(ask)

    def _add(self, ask: _Ask) -> None:
        with self._lock:
            if self._closed:
                raise Closed
            self._asks.add(ask)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="rota-hub", daemon=True)
                self._thread.start()
        self._wake.set()

    def _heard(self) -> None:
        if self._asks:
            self._wake.set()

    def close(self) -> None:
        """Let everybody go, and end the thread."""
        with self._lock:
            self._closed = True
            asks, self._asks = self._asks, set()
        for ask in asks:
            ask.settle(Closed())
        self._wake.set()
        if self._thread is not None:
            self._thread.join(10)
        with contextlib.suppress(ValueError):
            self.db.bell.listeners.remove(self._heard)

    def _run(self) -> None:
        while not self._closed:
            self._wake.clear()
            self._wake.wait(self._look() if self._asks else None)

    def _look(self) -> float:
        """Look once. Returns how many seconds to wait before the next look."""
        with self._lock:
            asks = list(self._asks)
        try:
            answers = self._read(asks)
        except Unavailable:
            return AWAY
        except Exception:
            log.exception("a look for those who wait failed")
            return AWAY
        for ask in asks:
            if (ask.reader, ask.want) in answers:
                ask.settle(answers[ask.reader, ask.want])
        with self._lock:
            self._asks -= {ask for ask in asks if (ask.reader, ask.want) in answers}
        return self.poll

    def _read(self, asks: list[_Ask]) -> dict[tuple[Reader, Hashable], Any]:
        wanted: dict[Reader, set[Hashable]] = {}
        for ask in asks:
            wanted.setdefault(ask.reader, set()).add(ask.want)
        found: dict[tuple[Reader, Hashable], Any] = {}
        with self.db.read() as conn:
            for reader, wants in wanted.items():
                found |= {(reader, want): answer for want, answer in reader(conn, wants).items()}
        return found
