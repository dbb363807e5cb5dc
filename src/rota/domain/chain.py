"""The seal of the audit log: each row's hash covers its content, its place and the hash of the row before it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

GENESIS = "0" * 64
"""What the first row follows on."""

ARCHIVE = "audit.archive"
"""The action of a checkpoint: a row that says which ones were archived, and the hash that the rest follows on."""

REACH = 1000
"""How far from its place a row that was moved is looked for."""


def digest(content: Mapping[str, Any], seq: int, previous: str) -> str:
    """The hash of a row at the place `seq` after the row whose hash is `previous`, as 64 hexadecimal digits.

    content  its columns as JSON values
    """
    sealed = {**content, "seq": seq, "previous": previous}
    text = json.dumps(sealed, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Head:
    """The last sealed row: its place and its hash. Who keeps it elsewhere notices when the end is cut off."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the log as it stands.

    row      its id
    content  its columns as JSON values, without the seal
    """

    row: int
    content: Mapping[str, Any]
    seq: int | None
    previous: str | None
    hash: str | None


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. kind: edited, moved, resealed or missing; row: its id, None for missing ones."""

    kind: str
    seq: int
    row: int | None
    text: str


@dataclass(slots=True)
class Inspection:
    """Looks at the rows in the order of their places, the unsealed ones last; then `finish` tells what is wrong.

    heads  what the end was once known to be
    """

    heads: tuple[Head, ...] = ()
    rows: int = 0
    unsealed: int = 0
    faults: list[Fault] = field(default_factory=list)
    first: Link | None = None
    last: Link | None = None
    _last_intact: bool = True
    _checkpoints: list[Head] = field(default_factory=list)

    def take(self, link: Link) -> None:
        """Look at the next row."""
        if link.content["action"] == ARCHIVE:
            said = link.content["after"] or {}
            self._checkpoints.append(Head(int(said.get("through", 0)), str(said.get("hash", ""))))
        if link.seq is None:
            self.unsealed += 1
            return
        self.rows += 1
        intact = self._look(link, link.seq)
        follows = self._follow(link, link.seq, intact=intact)
        self._remember(link, link.seq)
        self.first = self.first or link
        self.last, self._last_intact = link, intact and follows

    def _look(self, link: Link, seq: int) -> bool:
        previous = link.previous or ""
        if digest(link.content, seq, previous) == link.hash:
            return True
        for place in range(max(1, seq - REACH), seq + REACH):
            if digest(link.content, place, previous) == link.hash:
                self._tell("moved", seq, link.row, f"was sealed at place {place} and stands at place {seq}")
                return False
        self._tell("edited", seq, link.row, f"(place {seq}) is not as it was sealed")
        return False

    def _follow(self, link: Link, seq: int, *, intact: bool) -> bool:
        last = self.last
        if last is None or last.seq is None:
            return True
        if seq > last.seq + 1:
            self._miss(last.seq + 1, seq - 1)
        elif intact and self._last_intact and link.previous != last.hash:
            self._tell(
                "resealed", last.seq, last.row, f"(place {last.seq}) is not what row {link.row} follows on"
            )
            return False
        return True

    def _remember(self, link: Link, seq: int) -> None:
        for head in self.heads:
            if head.seq == seq and head.hash != link.hash:
                self._tell("resealed", seq, link.row, f"(place {seq}) does not have the hash that was noted")

    def finish(self) -> None:
        """Look at both ends, after the last row."""
        self._begin()
        end = self.last.seq if self.last and self.last.seq else 0
        end = max([end, *(point.seq for point in self._checkpoints)])
        known = max((head.seq for head in self.heads), default=0)
        if known > end:
            self._miss(end + 1, known)

    def _begin(self) -> None:
        if self.first is None or self.first.seq is None:
            return
        gone = self.first.seq - 1
        follows = Head(gone, self.first.previous or "")
        if follows == Head(0, GENESIS) or follows in self._checkpoints:
            return
        archived = max((point.seq for point in self._checkpoints if point.seq <= gone), default=0)
        if archived < gone:
            self._miss(archived + 1, gone)
        else:
            text = f"(place {self.first.seq}) does not follow on what was archived"
            self._tell("resealed", self.first.seq, self.first.row, text)

    def _miss(self, since: int, until: int) -> None:
        which = f"place {since} is" if since == until else f"places {since} to {until} are"
        self.faults.append(Fault("missing", since, None, f"{which} missing"))

    def _tell(self, kind: str, seq: int, row: int, text: str) -> None:
        self.faults.append(Fault(kind, seq, row, f"row {row} {text}"))
