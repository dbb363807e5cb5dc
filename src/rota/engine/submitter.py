"""Queued to submitted: what Celery is to run goes to its broker, and again when its message is lost."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Protocol

import structlog

from rota.domain.clock import Clock
from rota.domain.errors import BrokerAway, Invalid
from rota.domain.resending import is_lost
from rota.engine.failpoint import reach
from rota.settings import Settings
from rota.store import claims, nodes, submissions
from rota.store.database import Database
from rota.store.submissions import Submission

WINDOW = 1_000
"""How many of a queue may be at the broker: the rest waits here, where priority, pause and cancel act."""

BATCH = 256
BUNDLE = 16
"""How many quick executions one message names at most."""

LOOK = 2.0
"""Seconds between looks for messages that were lost."""

SOON = 0.1
"""Seconds between looks while something waits for room at the broker."""

AWAY = 1.0
"""Seconds before a broker that is away is tried again."""

log = structlog.get_logger("rota.submitter")


class Sender(Protocol):
    """What a submitter asks of a broker; see `executors.celery.Broker`."""

    def reach(self) -> None:
        """Raises BrokerAway unless it answers."""

    def send(self, queue: str, messages: Sequence[tuple[list[int], int]]) -> int:
        """Send (executions, priority) each as a message. Returns how many executions it has taken."""

    def waiting(self, queue: str) -> int:
        """How many messages of a queue no worker has fetched yet. Raises BrokerAway."""

    def close(self) -> None:
        """Let go of it."""


def bundled(batch: Sequence[Submission]) -> Iterator[tuple[list[int], int]]:
    """The messages of a batch, in its order: quick ones of a priority go out together, any other alone."""
    for (is_quick, priority), run in groupby(batch, lambda one: (one.is_quick, one.priority)):
        ids = [one.execution_id for one in run]
        size = BUNDLE if is_quick else 1
        yield from ((ids[at : at + size], priority) for at in range(0, len(ids), size))


class Submitter:
    """Hands executions to a broker, for any number of schedulers at once.

    queues  patterns of the queues that Celery serves
    tell    called with what is wrong with the broker ({"problem", "since"}), and with None when it answers again
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        broker: Sender,
        queues: Sequence[str],
        tell: Callable[[dict[str, str] | None], None] = lambda _: None,
    ) -> None:
        self.db, self.clock, self.broker, self.queues, self.tell = db, clock, broker, queues, tell
        self._away = False
        self._looked_at = float("-inf")

    def tick(self) -> float:
        """Send what waits and what was lost. Returns how long to wait, in seconds, unless the bell rings before."""
        try:
            if self._away:
                self.broker.reach()
                self._come_back()
            while self._send_batches():
                pass
            if self.clock.monotonic() - self._looked_at >= LOOK:
                self._send_again()
                self._looked_at = self.clock.monotonic()
        except BrokerAway as problem:
            self._stumble(problem)
            return AWAY
        return self._pause()

    def _stumble(self, problem: BrokerAway) -> None:
        if not self._away:
            log.warning("the broker is away; what is for it waits", problem=str(problem))
            self.tell({"problem": problem.message, "since": self.clock.now().isoformat(timespec="seconds")})
        self._away = True

    def _come_back(self) -> None:
        self._away = False
        self._looked_at = float("-inf")
        log.info("the broker is back")
        self.tell(None)

    def _send_batches(self) -> int:
        """A batch of each queue. Returns how many went out."""
        waiting = [queue for queue in claims.queues(self.db.look) if nodes.serves(self.queues, queue)]
        taken = 0
        for queue in waiting:
            with self.db.write() as conn:
                batch = submissions.submit(conn, queue, WINDOW, BATCH, self.clock.now())
            if batch:
                reach("submit.committed")
                self._send(queue, batch)
                taken += len(batch)
        return taken

    def _send(self, queue: str, batch: Sequence[Submission]) -> None:
        taken = self.broker.send(queue, list(bundled(batch)))
        if taken < len(batch):
            with self.db.write() as conn:
                submissions.not_sent(conn, batch[taken:])
            self.broker.reach()
            # It answers, but had to be asked again: what it did not take goes out with what was lost.
            self._looked_at = float("-inf")

    def _send_again(self) -> None:
        with self.db.read() as conn:
            queues = submissions.queues(conn)
        for queue in queues:
            if lost := self._lost(queue):
                with self.db.write() as conn:
                    mine = submissions.send_again(conn, lost, self.clock.now())
                if mine:
                    log.info("messages were lost and are sent again", queue=queue, executions=len(mine))
                    self._send(queue, mine)

    def _lost(self, queue: str) -> list[Submission]:
        now = self.clock.now()
        # Asked before the rows are read: what begins meanwhile is not taken for lost.
        is_empty = self.broker.waiting(queue) == 0
        with self.db.read() as conn:
            sent = submissions.sent(conn, queue)
            suspects = [one for one in sent if is_lost(one.submitted_at, one.sends, now, proven=True)]
            return [
                one
                for one in suspects
                if is_empty
                or is_lost(one.submitted_at, one.sends, now, proven=False)
                or submissions.is_overtaken(conn, queue, one)
            ]

    def _pause(self) -> float:
        """What waits although nothing could be sent is for a full window, or for a worker: that may change soon."""
        due = claims.next_waiting(self.db.look, self.clock.now())
        waits = any(nodes.serves(self.queues, queue) for queue in claims.queues(self.db.look))
        until = (due - self.clock.now()) / timedelta(seconds=1) if due else LOOK
        return max(0.0, min(SOON if waits else LOOK, until))


def make_submitter(settings: Settings, db: Database, clock: Clock) -> Submitter | None:
    """The submitter of a scheduler; None when no queue is Celery's. Raises Invalid when the broker is not named."""
    if not settings.celery_queues:
        return None
    if settings.broker_url is None:
        fix = "set ROTA_BROKER_URL to amqp://… or redis://…, or let the queue be local"
        raise Invalid("a queue is Celery's, and there is no broker", fix=fix, field="broker_url")
    try:
        from rota.executors.celery import Broker
    except ImportError as error:
        raise Invalid("Celery is not installed", fix="pip install 'rota[celery]'", field="queues") from error
    return Submitter(
        db, clock, Broker(settings.broker_url, settings.broker_queue_type), settings.celery_queues
    )
