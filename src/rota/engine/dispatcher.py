"""Queued to claimed: what a node takes for its runners, and no more than they can begin."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from rota.domain.attempt import Attempt
from rota.domain.execution import Status
from rota.domain.job import Overlap
from rota.domain.plan import AHEAD
from rota.engine.pace import LINE
from rota.store import claims, executions, nodes
from rota.store.executions import Move

LOOK = 512
"""At least so many of what waits are looked at; after a claim that took many, twice as many more."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the runners of a node can take now.

    idle   runners with nothing to do
    room   parts of the lines of runners that are at quick executions
    busy   runners with something to do
    """

    idle: int
    room: int
    busy: int

    @property
    def any(self) -> bool:
        """Whether there is any place at all."""
        return self.idle > 0 or self.room > 0

    @property
    def most(self) -> int:
        """How many executions could be taken if all were quick."""
        return self.idle * LINE + self.room


TURN = timedelta(minutes=1)

NOTHING = Capacity(0, 0, 0)


def choose(
    waiting: Sequence[Attempt], capacity: Capacity, weight: Callable[[str], int], *, drain: bool = True
) -> list[Attempt]:
    """Which of `waiting`, in order, a node takes.

    A task that is not known to be quick gets a runner of its own, so a slow one blocks nobody. A solitary one waits
    until nothing else runs.

    weight  how many parts of a runner's line a task takes
    drain   hold up what comes after a solitary one, or on a busy node it would wait for ever
    """
    idle, room = capacity.idle, capacity.room
    taken: list[Attempt] = []
    exclusive: set[int] = set()
    for attempt in waiting:
        if attempt.solitary:
            if not taken and capacity.busy == 0 and idle:
                return [attempt]
            if drain:
                return taken
            continue
        if attempt.overlap is not Overlap.ALLOW and attempt.job_id in exclusive:
            continue
        parts = weight(attempt.task_name)
        if parts <= room and parts < LINE:
            room -= parts
        elif idle:
            idle -= 1
            room += LINE - parts
        else:
            continue
        exclusive.add(attempt.job_id)
        taken.append(attempt)
    return taken


def _move(attempt: Attempt, node: int, begin: datetime) -> Move:
    changes = (node, begin, attempt.version)
    return Move(attempt.execution_id, Status.QUEUED, Status.RUNNING, None, changes)


class Dispatcher:
    """Claims for one node.

    node        its id, the owner of what it claims
    generation  the set of tasks that it knows
    queues      patterns such as "*" of the queues that it serves
    only        the one execution that it is there for, or None for all
    """

    def __init__(
        self,
        node: int,
        generation: int,
        queues: Sequence[str],
        weight: Callable[[str], int],
        only: int | None = None,
    ) -> None:
        self.node, self.generation, self.queues, self.weight = node, generation, tuple(queues), weight
        self.only = only
        self._look = LOOK
        self._seen: dict[int, datetime] = {}

    def serves(self, queue: str) -> bool:
        """Whether the node takes work of that queue."""
        return nodes.serves(self.queues, queue)

    def claim(self, conn: Connection, capacity: Capacity, now: datetime) -> list[Attempt]:
        """Take what fits, in the caller's transaction: from its commit on it is this node's to run.

        What may begin in a moment is taken too: whoever gets it keeps it until then.
        """
        asking = (self.node, self.generation)
        waiting = claims.claimable(
            conn, asking, now + AHEAD, min(capacity.most, self._look), self.serves, self.only
        )
        chosen = choose(waiting, capacity, self.weight, drain=self._drains(waiting, now))
        self._look = LOOK + 2 * len(chosen)
        moves = [_move(one, self.node, max(now, one.not_before or now)) for one in chosen]
        moved = executions.move(conn, ("owner", "started_at", "version"), moves)
        return [one for one in chosen if one.execution_id in moved]

    def _drains(self, waiting: Sequence[Attempt], now: datetime) -> bool:
        """Whether the node lets itself run empty: every other minute while a solitary execution waits for that."""
        solitary = {one.execution_id for one in waiting if one.solitary}
        self._seen = {id_: self._seen.get(id_, now) for id_ in solitary}
        return any((now - since) // TURN % 2 == 1 for since in self._seen.values())
