"""The records of a node: what its clerk writes, one transaction at a time."""

from collections.abc import Callable

import structlog

from rota.domain.attempt import Attempt, Ending
from rota.domain.clock import Clock
from rota.domain.consequence import SHUTDOWN
from rota.domain.errors import Unavailable
from rota.domain.execution import Status
from rota.engine.dispatcher import NOTHING, Capacity, Dispatcher
from rota.engine.ending import end
from rota.engine.failpoint import reach
from rota.engine.membership import BEAT
from rota.engine.tray import Tray
from rota.store import claims, executions, logs, nodes
from rota.store.database import Database

Trace = Callable[[Attempt, Ending], object]

log = structlog.get_logger("rota.agent")


class Ledger:
    """Endings, output, progress, heartbeats and claims of one node.

    trace     is told of each ending that was written
    disowned  the node was declared gone; from then on it is given nothing
    """

    def __init__(
        self, db: Database, clock: Clock, dispatcher: Dispatcher, trace: Trace | None = None
    ) -> None:
        self.db, self.clock, self.dispatcher, self.node = db, clock, dispatcher, dispatcher.node
        self.trace = trace
        self.disowned = False
        self._beat_at = float("-inf")

    @property
    def until_beat(self) -> float:
        """Seconds until the next heartbeat is due; none are left when it is."""
        return BEAT - (self.clock.monotonic() - self._beat_at)

    def has_work(self, wanted: Capacity) -> bool:
        """Whether a heartbeat is due, or something waits for the places that there are."""
        if self.until_beat <= 0:
            return True
        if not wanted.any:
            return False
        return any(self.dispatcher.serves(queue) for queue in claims.queues(self.db.look))

    def write(self, tray: Tray, wanted: Capacity) -> list[Attempt]:
        """One transaction; more only when the database refuses something that is in it."""
        try:
            return self._transaction(tray, wanted)
        except Unavailable:
            raise
        except Exception:
            log.exception(
                "a batch was refused; its parts are written one by one, and nothing is claimed with them"
            )
        for part in tray.parts():
            self._part(part)
        self._transaction(Tray(), NOTHING)
        return []

    def _part(self, part: Tray) -> None:
        try:
            self._transaction(part, NOTHING)
        except Unavailable:
            raise
        except Exception as problem:
            ids = [attempt.execution_id for attempt, _ in part.endings] or list(part.told)
            log.exception("a record was refused; what can be written of it is", executions=ids)
            self._transaction(part.bare(str(problem)), NOTHING)

    def _transaction(self, tray: Tray, wanted: Capacity) -> list[Attempt]:
        moved: set[int] = set()
        with self.db.write() as conn:
            # Whoever claims beats: a node that was declared gone finds out before it takes anything.
            if beat := self.until_beat <= 0 or wanted.any:
                self.disowned |= not nodes.beat(conn, self.node, self.clock.now())
            if tray.endings:
                reach("end.before_commit")
                moved = end(self.db, conn, self.node, tray.endings, self.clock.now())
                self._say_stale(tray, moved)
            executions.report(conn, [(id_, self.node, *row) for id_, row in tray.told.items()])
            logs.add(conn, tray.lines)
            claims_now = wanted.any and not self.disowned
            claimed = self.dispatcher.claim(conn, wanted, self.clock.now()) if claims_now else []
        if beat:
            self._beat_at = self.clock.monotonic()
        if self.trace is not None:
            for attempt, ending in tray.endings:
                if attempt.execution_id in moved:
                    self.trace(attempt, ending)
        return claimed

    def _say_stale(self, tray: Tray, moved: set[int]) -> None:
        stale = [one.execution_id for one, _ in tray.endings if one.execution_id not in moved]
        if stale:
            log.warning("ended, but were no longer ours", executions=stale)

    def close(self) -> None:
        """What is still ours then was claimed too late to be begun."""
        with self.db.write() as conn:
            now = self.clock.now()
            left = claims.underway(conn, self.node)
            lost = [
                Ending(one.execution_id, Status.LOST, now, reason=f"{SHUTDOWN}: not begun") for one in left
            ]
            end(self.db, conn, self.node, list(zip(left, lost, strict=True)), now)
            nodes.leave(conn, self.node, now)
