"""Queued to claimed: what a node takes for its runners, and no more than they can begin."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from rota.domain.attempt import Attempt
from rota.domain.execution import Status
from rota.domain.job import Overlap
from rota.store import claims, executions, nodes
from rota.store.executions import Move

DEPTH = 256
"""How many quick executions one runner may have before it."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the runners of a node can take now.

    idle   runners with nothing to do
    room   places behind quick executions that runners are at
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
        return self.idle * DEPTH + self.room


TURN = timedelta(minutes=1)

NOTHING = Capacity(0, 0, 0)


def choose(
    waiting: Sequence[Attempt], capacity: Capacity, is_quick: Callable[[str], bool], *, drain: bool = True
) -> list[Attempt]:
    """Which of `waiting`, in order, a node takes.

    A task that is not known to be quick gets a runner of its own, so a slow one blocks nobody. A solitary one waits
    until nothing else runs.

    drain  hold up what comes after a solitary one, or on a busy node it would wait for ever
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
        if is_quick(attempt.task_name) and room:
            room -= 1
        elif idle:
            idle -= 1
            room += DEPTH - 1 if is_quick(attempt.task_name) else 0
        else:
            continue
        exclusive.add(attempt.job_id)
        taken.append(attempt)
    return taken


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
        is_quick: Callable[[str], bool],
        only: int | None = None,
    ) -> None:
        self.node, self.generation, self.queues, self.is_quick = node, generation, tuple(queues), is_quick
        self.only = only
        self._seen: dict[int, datetime] = {}

    def serves(self, queue: str) -> bool:
        """Whether the node takes work of that queue."""
        return nodes.serves(self.queues, queue)

    def claim(self, conn: Connection, capacity: Capacity, now: datetime) -> list[Attempt]:
        """Take what fits, in the caller's transaction: from its commit on it is this node's to run."""
        asking = (self.node, self.generation)
        waiting = claims.claimable(conn, asking, now, capacity.most, self.serves, self.only)
        chosen = choose(waiting, capacity, self.is_quick, drain=self._drains(waiting, now))
        moves = [
            Move(one.execution_id, Status.QUEUED, Status.RUNNING, None, (self.node, now, one.version))
            for one in chosen
        ]
        moved = executions.move(conn, ("owner", "started_at", "version"), moves)
        return [one for one in chosen if one.execution_id in moved]

    def _drains(self, waiting: Sequence[Attempt], now: datetime) -> bool:
        """Whether the node lets itself run empty: every other minute while a solitary execution waits for that."""
        solitary = {one.execution_id for one in waiting if one.solitary}
        self._seen = {id_: self._seen.get(id_, now) for id_ in solitary}
        return any((now - since) // TURN % 2 == 1 for since in self._seen.values())
