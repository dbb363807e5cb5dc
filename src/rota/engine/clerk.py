"""All that an agent writes to the database about what runs: one thread, one transaction a round, everything grouped."""

import threading
from collections.abc import Callable, Set
from datetime import timedelta

import structlog

from rota.domain.attempt import Attempt
from rota.domain.clock import Clock
from rota.domain.errors import Unavailable
from rota.domain.plan import AHEAD
from rota.engine.answering import Answering
from rota.engine.dispatcher import NOTHING, Capacity, Dispatcher
from rota.engine.failpoint import reach
from rota.engine.ledger import Ledger, Trace
from rota.engine.tray import News, Tray
from rota.executors.events import Called
from rota.executors.local import LocalRunner
from rota.store import claims
from rota.store.database import Database

LOOK = 0.5
"""Seconds between looks for what is to be cancelled while something runs."""

AWAY = 1.0
"""Seconds to wait before the next try when the database is away."""

log = structlog.get_logger("rota.agent")


class Clerk:
    """Writes endings, output, progress and heartbeats, and claims, for one node.

    tell   called with News from the clerk's own thread
    trace  called with each ending that was written
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        dispatcher: Dispatcher,
        answering: Answering,
        tell: Callable[[News], None],
        trace: Trace | None = None,
    ) -> None:
        self.db, self.clock, self.answering, self.tell = db, clock, answering, tell
        self.ledger, self.node = Ledger(db, clock, dispatcher, trace), dispatcher.node
        self._lock = threading.Lock()
        self._tray = Tray()
        self._strays: set[int] = set()
        self._told = 0
        self._wanted = self._offered = NOTHING
        self._claiming = self._closed = self._leaving = self._away = self._busy = False
        self._looked_at = float("-inf")
        self.thread = threading.Thread(target=self._run, name="rota-clerk", daemon=True)

    def file(self, tray: Tray) -> None:
        """Hand in what is to be written."""
        with self._lock:
            self._tray = self._tray.under(tray)
        self.db.bell.event.set()

    def offer(self, capacity: Capacity, heard: int) -> None:
        """Say what the runners can take.

        heard  how much of the clerk's news was taken in: an offer that does not know the last of it would give
               the same places away twice, and is not regarded
        """
        with self._lock:
            self._busy = capacity.busy > 0
            self._offered = capacity if heard == self._told and not self._closed else NOTHING
            if not self._claiming:
                self._wanted = self._offered
        if capacity.any:
            self.db.bell.event.set()

    def ask(self, runner: LocalRunner, call: Called) -> None:
        """Ask rota's services on behalf of a ready-made task; the answer comes as news."""
        self.answering.put(runner, call)
        self.db.bell.event.set()

    def adopt(self, strays: Set[int]) -> None:
        """These are ours in the database, but nobody here knows of them: a claim was written, its commit not heard."""
        with self._lock:
            self._strays |= strays
        self.db.bell.event.set()

    def close(self) -> None:
        """Claim no more. A claim under way is still told: see `is_claiming`."""
        with self._lock:
            self._closed = True
            self._wanted = self._offered = NOTHING

    @property
    def is_claiming(self) -> bool:
        """Whether something may still be claimed of which nobody has heard yet."""
        return self._claiming

    def leave(self, patience: float) -> bool:
        """Write what is left, say goodbye and end. Returns whether all was written within `patience` seconds."""
        self._leaving = True
        self.db.bell.event.set()
        self.thread.join(patience)
        return not self.thread.is_alive()

    def _run(self) -> None:
        while True:
            try:
                pause = self._round()
                if self._leaving and not self._tray:
                    self.ledger.close()
                    return
            except Exception as problem:
                self._stumble(problem)
                pause = AWAY
            self.db.bell.wait(pause)

    def _stumble(self, problem: Exception) -> None:
        """Nothing is lost: what was to be written is on the tray again, and what was written is found out later."""
        if not isinstance(problem, Unavailable):
            log.exception("a round of the agent's records failed")
        elif not self._away:
            log.warning("the database is away; what ends meanwhile is kept", problem=str(problem))
        self._away = True

    def _round(self) -> float:
        """Write, answer and claim what there is. Returns how long to wait for more, in seconds."""
        self._write()
        if self._away:
            self._come_back()
        self._adopt()
        answers = self.answering.answers()
        if answers:
            self._say(News(answers=answers))
        self._look()
        return self._pause()

    def _say(self, news: News) -> None:
        with self._lock:
            self._told += 1
        self.tell(news)

    def _write(self) -> None:
        with self._lock:
            tray, self._tray = self._tray, Tray()
            wanted, self._claiming = self._wanted, True
        claimed: list[Attempt] = []
        try:
            if tray or self.ledger.has_work(wanted):
                claimed = self.ledger.write(tray, wanted)
            if self.ledger.disowned:
                self._say(News(disowned=True))
            if claimed:
                reach("claim.committed")
                self._say(News(claimed=claimed))
        except BaseException:
            with self._lock:
                self._tray = tray.under(self._tray)
            raise
        finally:
            with self._lock:
                self._claiming = False
                self._wanted = NOTHING if claimed else self._offered

    def _come_back(self) -> None:
        """The database answers again: what runs here and is no longer ours has to end."""
        with self.db.read() as conn:
            owned = frozenset(claims.still_owned(conn, self.node))
        self._away = False
        log.info("the database is back")
        self._say(News(owned=owned))

    def _adopt(self) -> None:
        """Hand out what a claim took whose commit was not heard; what has ended meanwhile is on the tray."""
        with self._lock:
            strays, self._strays = self._strays, set()
            strays -= {attempt.execution_id for attempt, _ in self._tray.endings}
        if not strays:
            return
        with self.db.read() as conn:
            found = [one for one in claims.underway(conn, self.node) if one.execution_id in strays]
        log.warning("found what was claimed without hearing of it", executions=len(found))
        self._say(News(found=found))

    def _look(self) -> None:
        now = self.clock.monotonic()
        if not self._busy or now - self._looked_at < LOOK:
            return
        self._looked_at = now
        with self.db.read() as conn:
            stop = claims.asked_to_stop(conn, self.node)
        if stop:
            self._say(News(stop=stop))

    def _pause(self) -> float:
        until_beat = self.ledger.until_beat
        if self._busy:
            until_beat = min(until_beat, LOOK - (self.clock.monotonic() - self._looked_at))
        if not self._wanted.any:
            return max(0.0, until_beat)
        ahead = self.clock.now() + AHEAD
        due = claims.next_waiting(self.db.look, ahead)
        until_due = (due - ahead) / timedelta(seconds=1) if due else until_beat
        return max(0.0, min(until_beat, until_due))
