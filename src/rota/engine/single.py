"""An agent of one runner: it runs what it is given, one at a time, on a thread beside whoever gives it."""

import threading
from collections.abc import Callable, Sequence

import structlog

from rota.domain.attempt import Attempt
from rota.domain.clock import Clock
from rota.domain.errors import Unavailable
from rota.engine.agent import Agent, Patience
from rota.engine.failpoint import reach
from rota.engine.tray import News
from rota.store import submissions
from rota.store.database import Database

AWAY = 1.0
"""Seconds before the next try when the database is away."""

log = structlog.get_logger("rota.agent")


class Single:
    """Keeps one agent, and gives it the executions that messages name.

    make  starts an agent of one runner; called on its own thread, and again when that agent has ended
    nap   sleeps, while the database is away
    turn  called now and then while the agent lives, with its node
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        make: Callable[[], Agent],
        patience: Patience,
        nap: Callable[[float], object],
        turn: Callable[[int], object] = lambda _: None,
    ) -> None:
        self.db, self.clock, self.make, self.patience, self.nap, self.turn = (
            db,
            clock,
            make,
            patience,
            nap,
            turn,
        )
        self._agent: Agent | None = None
        self._thread: threading.Thread | None = None
        self._ready, self._done = threading.Event(), threading.Event()
        self._current: frozenset[int] = frozenset()
        self._ending = False

    def start(self) -> None:
        """Let the agent begin, unless it lives."""
        if self._ending or (self._thread is not None and self._thread.is_alive()):
            return
        self._ready.clear()
        self._thread = threading.Thread(target=self._live, name="rota-agent", daemon=True)
        self._thread.start()

    def run(self, ids: Sequence[int]) -> int:
        """Run those executions and return when they are over: how many were to be run here.

        The message is gone already: while the database is away, this waits for it.
        """
        self.start()
        self._ready.wait()
        claimed = self._take(ids)
        if not claimed or self._agent is None:
            return 0
        reach("claim.committed")
        self._done.clear()
        # The agent's clerk may have found them too, while this waited for the database.
        self._agent.tell(News(found=claimed))
        self._current = frozenset(one.execution_id for one in claimed)
        # They may be over already: the agent has to look once more.
        self._agent.watch.wake()
        while not self._done.wait(1.0) and self._thread is not None and self._thread.is_alive():
            pass
        return len(claimed)

    def end(self) -> None:
        """Begin nothing more; let what runs finish, as long as patience lasts. Safe in a signal handler."""
        if not self._ending:
            self._ending = True
            if self._agent is not None:
                self._agent.shut_down()

    def join(self) -> None:
        """Wait until all is recorded."""
        self.end()
        if self._thread is not None:
            self._thread.join(self.patience.grace + self.patience.kill_after + 15)

    def _live(self) -> None:
        try:
            self._agent = self.make()
            self._agent.clerk.close()
        finally:
            self._ready.set()
        if self._ending:
            self._agent.shut_down()
        self._agent.run(self.patience, self._look)

    def _look(self) -> bool:
        """Called by the agent between two looks of its own."""
        assert self._agent is not None
        self.turn(self._agent.clerk.node)
        agent, current = self._agent, self._current
        if current and not agent.has_news and current.isdisjoint(agent.crew.attempts):
            self._current = frozenset()
            self._done.set()
        return False

    def _take(self, ids: Sequence[int]) -> list[Attempt]:
        again = False
        while not self._ending and self._agent is not None:
            dispatcher = self._agent.clerk.ledger.dispatcher
            node = (dispatcher.node, dispatcher.generation)
            try:
                with self.db.write() as conn:
                    return submissions.take(conn, node, ids, self.clock.now(), again=again)
            except Unavailable as problem:
                if not again:
                    log.warning("the database is away; a message waits for it", problem=str(problem))
                again = True
                self.nap(AWAY)
        return []
