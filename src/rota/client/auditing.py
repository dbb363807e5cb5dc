"""The audit log through a server."""

from collections.abc import Iterator

from rota.client.wire import Wire
from rota.domain.actor import Actor
from rota.domain.chain import Fault, Head
from rota.services.auditing import Verified
from rota.store.audit import Entry, Filter


class Auditing:
    """The verbs of `services.auditing.Auditing`, but for those that only the database's owner needs."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def search(self, wanted: Filter | None = None, *, size: int = 50) -> list[Entry]:
        """The newest rows that match; page by `before_id`."""
        asked = wanted or Filter()
        found = self.wire.walk("audit", skip=0, size=size, cursor=asked.before_id, **_query(asked))
        return self.wire.read(list[Entry], found)

    def verify(self, known: Head | None = None) -> Verified:
        """Look whether every sealed row is there, in its place, as it was sealed."""
        told = self.wire.get("audit", "verify", head=None if known is None else str(known))
        with self.wire.reading():
            seq, _, digest = told["head"].partition(":")
            faults = tuple(Fault(one["kind"], one["seq"], one["id"], one["text"]) for one in told["faults"])
            return Verified(told["rows"], told["unsealed"], Head(int(seq), digest), faults)

    def export(self, form: str, by: Actor, wanted: Filter | None = None) -> Iterator[str]:
        """The rows that match, oldest first, as pieces of text. Raises Denied."""
        return self.wire.stream("audit", "export", format=form, **_query(wanted or Filter()))


def _query(wanted: Filter) -> dict[str, object]:
    return {name: getattr(wanted, name) for name in ("target", "actor", "action", "since", "until")}
