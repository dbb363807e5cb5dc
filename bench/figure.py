"""What a comparison finds: figures of each contender, and how rota stands beside another."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")


class Scale(Enum):
    """How much is measured: a smoke run of seconds, the usual run of minutes, or the largest sizes too."""

    QUICK = "quick"
    USUAL = "usual"
    LARGE = "large"

    def pick(self, quick: T, usual: T, large: T | None = None) -> T:
        """The value for this scale; the large one is the usual one unless given."""
        return {Scale.QUICK: quick, Scale.USUAL: usual, Scale.LARGE: usual if large is None else large}[self]


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing measured of one contender.

    who     the contender, and on what it stands
    what    the thing
    values  one of each round, in `unit`; none where the contender gave up or cannot do it: `note` says why
    """

    who: str
    what: str
    unit: str
    values: tuple[float, ...]
    note: str = ""

    @property
    def median(self) -> float:
        """The figure to quote."""
        return statistics.median(self.values)


@dataclass(frozen=True, slots=True)
class Ratio:
    """How good rota is beside something of the same run: 2 is twice as good, whether more or less is better.

    wanted  the least that it should be, where there is a goal
    """

    what: str
    value: float
    wanted: float | None = None


@dataclass(slots=True)
class Report:
    """All that one comparison found."""

    figures: list[Figure] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def of(self, who: str, what: str) -> Figure | None:
        """A figure that was found, unless the contender is not there or gave up."""
        found = (one for one in self.figures if (one.who, one.what) == (who, what) and one.values)
        return next(found, None)

    def more(self, what: str, rota: str, other: str, wanted: float | None = None) -> None:
        """Note rota's figure divided by the other's: for what is better when it is more."""
        self._note(what, rota, other, wanted, lambda own, theirs: own / theirs)

    def less(self, what: str, rota: str, other: str, wanted: float | None = None) -> None:
        """Note the other's figure divided by rota's: for what is better when it is less."""
        self._note(what, rota, other, wanted, lambda own, theirs: theirs / own)

    def within(self, what: str, who: str, most: float) -> None:
        """Note how far a figure stays within the most that it should be: 1 is just so."""
        if (own := self.of(who, what)) is not None and own.median > 0:
            self.ratios.append(Ratio(f"{what}, {who}: within {most:g} {own.unit}", most / own.median, 1.0))

    def _note(
        self,
        what: str,
        rota: str,
        other: str,
        wanted: float | None,
        divided: Callable[[float, float], float],
    ) -> None:
        own, theirs = self.of(rota, what), self.of(other, what)
        if own is not None and theirs is not None and own.median > 0 and theirs.median > 0:
            value = divided(own.median, theirs.median)
            self.ratios.append(Ratio(f"{what}: {rota} beside {other}", value, wanted))

    def as_json(self) -> dict[str, Any]:
        """What is written to a file."""
        return asdict(self)

    @classmethod
    def of_json(cls, found: Mapping[str, Any]) -> "Report":
        """What was written to a file."""
        figures = [Figure(**{**one, "values": tuple(one["values"])}) for one in found["figures"]]
        return cls(figures, [Ratio(**one) for one in found["ratios"]], list(found["notes"]))


class GaveUp(Exception):
    """A contender did not get there; the message says why. It is left out of the rounds that follow."""


def raced(
    what: str, unit: str, contenders: Mapping[str, Callable[[], float]], rounds: int, seconds: float
) -> list[Figure]:
    """Let each contender go once a round (A B A B), so that a busy moment harms all alike.

    seconds  no round begins after so many: on a busy machine there are fewer of them, but one at least
    """
    found: dict[str, list[float]] = {who: [] for who in contenders}
    notes: dict[str, str] = {}
    began = time.monotonic()
    for number in range(rounds):
        if number and time.monotonic() > began + seconds:
            break
        for who, go in contenders.items():
            if who not in notes:
                try:
                    found[who].append(go())
                except GaveUp as why:
                    notes[who] = str(why)
    return [Figure(who, what, unit, tuple(values), notes.get(who, "")) for who, values in found.items()]
