"""The audit log: read, sealed, verified, archived, exported."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from rota.domain.actor import Actor
from rota.domain.chain import Fault, Head, Inspection
from rota.domain.clock import Clock
from rota.domain.errors import Invalid
from rota.domain.permission import Action
from rota.services.rights import acting, deny
from rota.store import audit, chain
from rota.store.database import Database

BATCH = 500
"""Rows that one transaction reads."""

SEALED = 100
"""Rows that one transaction seals, so that it is short."""

ARCHIVED = 1000
"""Rows that one transaction archives, behind one checkpoint."""

FORMS = ("jsonl", "csv")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found. rows: how many are sealed; head: the last of them, to be kept elsewhere."""

    rows: int
    unsealed: int
    head: Head
    faults: tuple[Fault, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


class Auditing:
    """Who did what."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock = db, clock

    def search(self, wanted: audit.Filter | None = None, *, size: int = 50) -> list[audit.Entry]:
        """The newest rows that match; page by `before_id`."""
        with self.db.read() as conn:
            return audit.listing(conn, wanted or audit.Filter(), size)

    def record(
        self,
        by: Actor,
        action: str,
        target: str,
        *,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        reason: str | None = None,
    ) -> None:
        """Write a row in a transaction of its own, for what no other service records."""
        with self.db.write() as conn:
            now = self.clock.now()
            audit.record(conn, by, action, target, at=now, before=before, after=after, reason=reason)

    def denied(self, by: Actor, action: str, target: str, reason: str) -> None:
        """Record an attempt that was refused."""
        deny(self.db, self.clock, by, action, target, reason)

    def seal(self) -> int:
        """Seal what was written since. Returns how many rows. Any number of processes may do so at once."""
        if not chain.is_open(self.db.look):
            return 0
        total = 0
        while True:
            with self.db.write() as conn:
                sealed = chain.seal(conn, SEALED)
            total += sealed
            if sealed < SEALED:
                return total

    def verify(self, known: Head | None = None) -> Verified:
        """Look whether every sealed row is there, in its place, as it was sealed.

        known  the end as somebody noted it earlier, so that a log that was made anew as a whole is noticed
        """
        with self.db.read() as conn:
            noted = chain.head(conn)
            found = Inspection(tuple(head for head in (noted, known) if head is not None and head.seq))
            for link in chain.links(conn):
                found.take(link)
        found.finish()
        last = found.last
        head = Head(last.seq, last.hash) if last and last.seq and last.hash else noted
        return Verified(found.rows, found.unsealed, head, tuple(found.faults))

    def archive(self, before: datetime, by: Actor) -> int:
        """Delete the rows from before an instant, behind a checkpoint that the rest follows on. Returns how many."""
        total = 0
        while True:
            with acting(self.db, self.clock, by, Action.AUDIT_ARCHIVE, "audit") as conn:
                gone = chain.archive(conn, before, ARCHIVED, by, self.clock.now())
            total += gone
            if gone < ARCHIVED:
                return total

    def export(self, form: str, by: Actor, wanted: audit.Filter | None = None) -> Iterator[str]:
        """The rows that match, oldest first, as pieces of text: a JSON object a line, or CSV (RFC 4180) with a head.

        Checked and recorded at once; read bit by bit. Raises Denied, Invalid.
        """
        if form not in FORMS:
            raise Invalid(f'there is no form "{form}"', fix=f"use {' or '.join(FORMS)}", field="form")
        with acting(self.db, self.clock, by, Action.AUDIT_EXPORT, "audit") as conn:
            audit.record(
                conn, by, Action.AUDIT_EXPORT.value, "audit", at=self.clock.now(), after={"form": form}
            )
        told: Callable[[list[audit.Entry]], str] = _as_jsonl if form == "jsonl" else _as_csv
        return self._pieces(wanted or audit.Filter(), told, _csv_line(_FIELDS) if form == "csv" else "")

    def _pieces(
        self, wanted: audit.Filter, told: Callable[[list[audit.Entry]], str], head: str
    ) -> Iterator[str]:
        if head:
            yield head
        last = 0
        while True:
            with self.db.read() as conn:
                found = audit.after(conn, wanted, last, BATCH)
            if not found:
                return
            yield told(found)
            last = found[-1].id


_FIELDS = tuple(audit.Entry.__dataclass_fields__)


def entry_json(entry: audit.Entry) -> dict[str, Any]:
    """A row for programs."""
    return asdict(entry) | {"at": entry.at.isoformat()}


def _as_jsonl(entries: list[audit.Entry]) -> str:
    return "".join(json.dumps(entry_json(entry), ensure_ascii=False) + "\n" for entry in entries)


def _as_csv(entries: list[audit.Entry]) -> str:
    return "".join(_csv_line([_cell(value) for value in entry_json(entry).values()]) for entry in entries)


def _csv_line(cells: Any) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _cell(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula."""
    if value is None or isinstance(value, int):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(FORMULA) else text
