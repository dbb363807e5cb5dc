"""What an actor's doings look like in numbers."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rota.domain.words import plural
from rota.jobs.access_log import read
from rota.sdk import JobContext


@dataclass
class Doings:
    """What one actor did."""

    n: int = 0
    refused: int = 0
    at_night: int = 0
    actions: Counter[str] = field(default_factory=Counter)
    addresses: set[str] = field(default_factory=set)

    def take(self, at: datetime, action: str, address: str | None, *, refused: bool) -> None:
        """Count one more."""
        self.n += 1
        self.refused += refused
        self.at_night += at.hour < 6
        self.actions[action] += 1
        if address:
            self.addresses.add(address)

    def numbers(self) -> dict[str, float]:
        """The features: counts and shares."""
        return {
            "actions": self.n,
            "kinds": len(self.actions),
            "addresses": len(self.addresses),
            "refused_share": round(self.refused / self.n, 3) if self.n else 0.0,
            "night_share": round(self.at_night / self.n, 3) if self.n else 0.0,
        }


def gather(rows: Iterable[dict[str, Any]]) -> dict[str, Doings]:
    """The doings by actor."""
    found: dict[str, Doings] = {}
    for row in rows:
        refused = row["action"] in ("denied", "login.refused", "login.blocked")
        at = datetime.fromisoformat(row["at"])
        found.setdefault(row["actor"], Doings()).take(at, row["action"], row["address"], refused=refused)
    return found


def audited(context: JobContext, begins: datetime, ends: datetime) -> Iterator[dict[str, Any]]:
    """The rows of the audit log between two instants, a page at a time."""
    last = rows = 0
    while page := context.rota.audit_page(after_id=last, begins=begins.isoformat(), ends=ends.isoformat()):
        yield from page
        rows, last = rows + len(page), page[-1]["id"]
        context.progress(rows, message=f"{plural(rows, 'row')} read")


def accessed(folder: str, name: str, begins: datetime, ends: datetime) -> Iterator[dict[str, Any]]:
    """The lines of an access log between two instants, as rows of the audit log look."""
    for line in read(folder, name):
        if begins <= line.at < ends:
            action = "denied" if line.status in (401, 403) else f"{line.method} {line.path}"
            yield {"at": line.at.isoformat(), "actor": line.who, "action": action, "address": line.address}
