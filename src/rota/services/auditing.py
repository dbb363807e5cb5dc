"""The audit log, read."""

from rota.store import audit
from rota.store.database import Database


class Auditing:
    """Reads who did what."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def search(self, wanted: audit.Filter | None = None, *, size: int = 50) -> list[audit.Entry]:
        """The newest rows that match; page by `before_id`."""
        with self.db.read() as conn:
            return audit.listing(conn, wanted or audit.Filter(), size)
