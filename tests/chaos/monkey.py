"""Who breaks things, one after the other, in an order that a seed decides."""

import random
import time
from collections import Counter
from collections.abc import Callable

from tests.chaos.company import Company
from tests.faults.haste import LEASE
from tests.faults.site import kill


class Monkey:
    """Does one thing after the other to a company.

    done  how often it did what
    """

    def __init__(self, company: Company, seed: int) -> None:
        self.company, self.chance = company, random.Random(seed)
        self.done: Counter[str] = Counter()
        self._deeds: tuple[tuple[Callable[[], None], int], ...] = (
            (self.kill_somebody, 6),
            (self.freeze_somebody, 2),
            (self.company.crash_database, 1),
            (self.restart_broker, 1),
            (self.company.send_twice, 2),
            (self.company.drop_messages, 1),
        )

    def work(self, seconds: float) -> None:
        """Break things for so long: first each once, then by chance."""
        until = time.monotonic() + seconds
        once = [deed for deed, _ in self._deeds]
        self.chance.shuffle(once)
        while time.monotonic() < until:
            deed = once.pop() if once else self._chosen()
            deed()
            self.done[deed.__name__.replace("_", " ")] += 1
            self.company.look()
            self.company.replace_the_dead()
            time.sleep(self.chance.uniform(0.2, 1.2))

    def _chosen(self) -> Callable[[], None]:
        deeds, weights = zip(*self._deeds, strict=True)
        chosen: Callable[[], None] = self.chance.choices(deeds, weights)[0]
        return chosen

    def kill_somebody(self) -> None:
        """Whoever it is: scheduler, agent, keeper, runner, Celery's worker or a process of its pool."""
        kill(self.chance.choice(self.company.processes()))

    def freeze_somebody(self) -> None:
        """For a moment, or for longer than anybody waits."""
        self.company.freeze(
            self.chance.choice(self.company.supervisors()), self.chance.uniform(0.5, LEASE + 1)
        )

    def restart_broker(self) -> None:
        """Away for a moment, and all that it had in memory is gone."""
        self.company.restart_broker(self.chance.uniform(0.2, 2))
