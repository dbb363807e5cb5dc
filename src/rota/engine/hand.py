"""What an agent has claimed and given to no runner: what may begin, and what waits for its instant."""

import heapq
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import chain, count

from rota.domain.attempt import Attempt
from rota.domain.clock import Clock
from rota.domain.plan import AHEAD

SLEWED = 0.0005
"""Seconds that are waited longer: no body may see an earlier time than its slot's while the clock is being adjusted."""


class Hand:
    """Attempts in the order in which they are to begin. One that was claimed ahead is not ready before its instant.

    ready  what may begin now, the next one first
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.ready: deque[Attempt] = deque()
        self._early: list[tuple[float, int, Attempt]] = []
        self._order = count()

    def __len__(self) -> int:
        return len(self.ready) + len(self._early)

    def __iter__(self) -> Iterator[Attempt]:
        return chain(self.ready, (attempt for _, _, attempt in self._early))

    def take(self, attempts: Iterable[Attempt]) -> None:
        """New work, in order."""
        now, monotonic = self.clock.now(), self.clock.monotonic()
        for attempt in attempts:
            if attempt.not_before is None or attempt.not_before <= now:
                self.ready.append(attempt)
            else:
                # By the clock of another machine it may lie far ahead: nobody claims any earlier than this.
                wait = min(attempt.not_before - now, AHEAD) / timedelta(seconds=1) + SLEWED
                heapq.heappush(self._early, (monotonic + wait, next(self._order), attempt))

    def give_back(self, attempts: Sequence[Attempt]) -> None:
        """These are the next ones again."""
        self.ready.extendleft(reversed(attempts))

    def remove(self, execution_id: int) -> Attempt | None:
        """Take one out. None when it is not there."""
        found = next((one for one in self if one.execution_id == execution_id), None)
        self.ready = deque(one for one in self.ready if one is not found)
        self._early = [entry for entry in self._early if entry[2] is not found]
        heapq.heapify(self._early)
        return found

    def ripen(self) -> float:
        """What has come to its instant is ready. Returns how many seconds the next one takes, without end if none."""
        monotonic = self.clock.monotonic()
        while self._early and self._early[0][0] <= monotonic:
            self.ready.append(heapq.heappop(self._early)[2])
        return self._early[0][0] - monotonic if self._early else float("inf")
