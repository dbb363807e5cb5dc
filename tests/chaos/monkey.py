"""Who breaks things, one after the other, in an order that a seed decides."""

import time
from collections import Counter

from tests.chaos.misfortunes import Misfortunes


class Monkey:
    """Lets one misfortune after the other happen.

    done  how often each did
    """

    def __init__(self, misfortunes: Misfortunes) -> None:
        self.misfortunes, self.chance = misfortunes, misfortunes.chance
        self.done: Counter[str] = Counter()

    def work(self, seconds: float) -> None:
        """Break things for so long: first each once, then by chance."""
        company, until = self.misfortunes.company, time.monotonic() + seconds
        known = self.misfortunes.all()
        once = list(known)
        self.chance.shuffle(once)
        while time.monotonic() < until:
            happens = once.pop() if once else self.chance.choices(list(known), list(known.values()))[0]
            happens()
            self.done[happens.__name__.replace("_", " ")] += 1
            company.look()
            company.replace_the_dead()
            time.sleep(self.chance.uniform(0.2, 1.2))
