"""All that an agent writes to the database about what runs: one thread, one transaction a round, everything grouped."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog

from rota.domain.attempt import Attempt
from rota.domain.clock import Clock
from rota.domain.errors import RotaError, Unavailable
from rota.engine.dispatcher import Capacity, Dispatcher
from rota.engine.ending import end
from rota.engine.failpoint import reach
from rota.engine.tray import News, Tray
from rota.executors.events import Called
from rota.executors.local import LocalRunner
from rota.services.tending import Tending
from rota.store import claims, executions, logs, nodes
from rota.store.database import Database

BEAT = 5.0
LOOK = 0.5
"""Seconds between heartbeats, and between looks for what is to be cancelled while something runs."""

AWAY = 1.0
"""Seconds to wait before the next try when the database is away."""

log = structlog.get_logger("rota.agent")


class Clerk:
    """Writes endings, output, progress and heartbeats, and claims, for one node.

    tell  called with News from the clerk's own thread
    """

    def __init__(
        self, db: Database, clock: Clock, dispatcher: Dispatcher, tell: Callable[[News], None]
    ) -> None:
        self.db, self.clock, self.dispatcher, self.tell = db, clock, dispatcher, tell
        self.node = dispatcher.node
        self.tending = Tending(db, clock)
        self._lock = threading.Lock()
        self._tray = Tray()
        self._calls: list[tuple[LocalRunner, Called]] = []
        self._wanted = Capacity(0, 0, 0)
        self._claiming = self._leaving = self._away = self._busy = False
        self._beat_at = self._looked_at = float("-inf")
        self._thread = threading.Thread(target=self._run, name="rota-clerk")

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def file(self, tray: Tray) -> None:
        """Hand in what is to be written."""
        with self._lock:
            self._tray = self._tray.under(tray)
        self.db.bell.event.set()

    def offer(self, capacity: Capacity) -> None:
        """Say what the runners can take. A claim under way is answered first, and asks again."""
        with self._lock:
            self._busy = capacity.busy > 0
            if not self._claiming:
                self._wanted = capacity
        if capacity.any:
            self.db.bell.event.set()

    def ask(self, runner: LocalRunner, call: Called) -> None:
        """Ask rota's services on behalf of a ready-made task; the answer comes as news."""
        with self._lock:
            self._calls.append((runner, call))
        self.db.bell.event.set()

    def leave(self, patience: float) -> bool:
        """Write what is left, say goodbye and end. Returns whether all was written within `patience` seconds."""
        self._leaving = True
        self.db.bell.event.set()
        self._thread.join(patience)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            try:
                pause = self._round()
            except Unavailable as problem:
                if not self._away:
                    log.warning("the database is away; what ends meanwhile is kept", problem=str(problem))
                self._away, pause = True, AWAY
            except Exception:
                log.exception("a round of the agent's records failed")
                pause = AWAY
            if self._leaving and not self._away and not self._tray:
                self._goodbye()
                return
            self.db.bell.wait(pause)

    def _round(self) -> float:
        """Write, answer and claim what there is. Returns how long to wait for more, in seconds."""
        self._write()
        if self._away:
            self._come_back()
        self._answer_calls()
        self._look()
        return self._pause()

    def _write(self) -> None:
        tray, wanted = self._take()
        claimed: list[Attempt] = []
        try:
            if tray or self._beat_is_due() or wanted.any:
                claimed = self._transaction(tray, wanted)
        except BaseException:
            with self._lock:
                self._tray, self._claiming = tray.under(self._tray), False
            raise
        with self._lock:
            self._claiming = False
            if claimed:
                self._wanted = Capacity(0, 0, 0)
        if claimed:
            reach("claim.committed")
            self.tell(News(claimed=claimed))

    def _take(self) -> tuple[Tray, Capacity]:
        with self._lock:
            tray, self._tray = self._tray, Tray()
            wanted = Capacity(0, 0, 0) if self._leaving else self._wanted
            self._claiming = wanted.any
        return tray, wanted

    def _transaction(self, tray: Tray, wanted: Capacity) -> list[Attempt]:
        if not tray and not self._beat_is_due() and not self._something_waits():
            return []
        disowned = False
        with self.db.write() as conn:
            if self._beat_is_due():
                disowned = not nodes.beat(conn, self.node, self.clock.now())
            if tray.endings:
                reach("end.before_commit")
                self._say_stale(tray, end(self.db, conn, self.node, tray.endings, self.clock.now()))
            executions.report(conn, [(id_, self.node, *row) for id_, row in tray.told.items()])
            logs.add(conn, tray.lines)
            claims_now = wanted.any and not disowned
            claimed = self.dispatcher.claim(conn, wanted, self.clock.now()) if claims_now else []
        if disowned:
            self.tell(News(disowned=True))
        elif self._beat_is_due():
            self._beat_at = self.clock.monotonic()
        return claimed

    def _something_waits(self) -> bool:
        with self.db.read() as conn:
            return any(self.dispatcher.serves(queue) for queue in claims.queues(conn))

    def _say_stale(self, tray: Tray, moved: set[int]) -> None:
        for attempt, ending in tray.endings:
            if attempt.execution_id not in moved:
                log.warning(
                    "ended, but was no longer ours", execution=attempt.execution_id, status=ending.status
                )

    def _beat_is_due(self) -> bool:
        return self.clock.monotonic() - self._beat_at >= BEAT

    def _come_back(self) -> None:
        """The database answers again: what runs here and is no longer ours has to end."""
        with self.db.read() as conn:
            owned = frozenset(claims.still_owned(conn, self.node))
        self._away = False
        log.info("the database is back")
        self.tell(News(owned=owned))

    def _answer_calls(self) -> None:
        with self._lock:
            calls, self._calls = self._calls, []
        answers = [(runner, call.call_id, *self._answer(call)) for runner, call in calls]
        if answers:
            self.tell(News(answers=answers))

    def _answer(self, call: Called) -> tuple[Any, RotaError | None]:
        try:
            return self.tending.call(call.method, call.args), None
        except RotaError as problem:
            return None, problem
        except Exception as problem:
            log.exception("a verb for tasks failed", verb=call.method)
            return None, RotaError(f"{call.method} failed: {problem}")

    def _look(self) -> None:
        now = self.clock.monotonic()
        if not self._busy or now - self._looked_at < LOOK:
            return
        self._looked_at = now
        with self.db.read() as conn:
            stop = claims.asked_to_stop(conn, self.node)
        if stop:
            self.tell(News(stop=stop))

    def _pause(self) -> float:
        until_beat = BEAT - (self.clock.monotonic() - self._beat_at)
        if self._busy:
            until_beat = min(until_beat, LOOK - (self.clock.monotonic() - self._looked_at))
        if not self._wanted.any:
            return max(0.0, until_beat)
        with self.db.read() as conn:
            due = claims.next_waiting(conn, self.clock.now())
        until_due = (due - self.clock.now()) / timedelta(seconds=1) if due else until_beat
        return max(0.0, min(until_beat, until_due))

    def _goodbye(self) -> None:
        with self.db.write() as conn:
            nodes.leave(conn, self.node, self.clock.now())
