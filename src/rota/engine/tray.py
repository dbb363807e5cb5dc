"""What passes between the supervisor of a node's runners and its clerk."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from rota.domain.attempt import Attempt, Ending, Line
from rota.domain.errors import RotaError
from rota.executors.local import LocalRunner


@dataclass(slots=True)
class Tray:
    """What waits to be written. It is taken whole, and put back when the database was away."""

    endings: list[tuple[Attempt, Ending]] = field(default_factory=list)
    lines: list[tuple[int, Line]] = field(default_factory=list)
    told: dict[int, tuple[Any, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.endings or self.lines or self.told)

    def under(self, later: "Tray") -> "Tray":
        """This, with what came later on top."""
        return Tray(self.endings + later.endings, self.lines + later.lines, self.told | later.told)

    def parts(self) -> Iterator["Tray"]:
        """Each ending, each line and each report by itself."""
        yield from (Tray(endings=[one]) for one in self.endings)
        yield from (Tray(lines=[one]) for one in self.lines)
        yield from (Tray(told={id_: row}) for id_, row in self.told.items())

    def bare(self, problem: str) -> "Tray":
        """The endings without what their bodies told, which the database refuses; the rest is given up."""
        return Tray([(attempt, ending.bare(problem)) for attempt, ending in self.endings])


Answer = tuple[LocalRunner, int, Any, RotaError | None]


@dataclass(frozen=True, slots=True)
class News:
    """What the supervisor of the runners has to know.

    claimed   to be run now
    found     claimed some time ago without hearing so: to be run, unless it was
    stop      running ones to stop: (execution, by whom, why)
    disowned  the node was declared gone: nothing that runs is its own any more
    owned     what the database says is running here, after it was away; None otherwise
    answers   to what ready-made tasks asked: (runner, call, value, error)
    """

    claimed: Sequence[Attempt] = ()
    found: Sequence[Attempt] = ()
    stop: Sequence[tuple[int, str, str | None]] = ()
    disowned: bool = False
    owned: frozenset[int] | None = None
    answers: Sequence[Answer] = ()
