"""Reports that were made: listed and read."""

from rota.domain.errors import NotFound
from rota.store import reports
from rota.store.database import Database
from rota.store.reports import Report


class Reports:
    """Reading them; ready-made tasks write them."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def search(self, *, page: int = 1, size: int = 50) -> list[Report]:
        """One page of them, the newest first, without what they say."""
        with self.db.read() as conn:
            return reports.listing(conn, page=page, size=size)

    def get(self, report_id: int) -> Report:
        """One with what it says. Raises NotFound."""
        with self.db.read() as conn:
            found = reports.find(conn, report_id)
        if found is None:
            raise NotFound(f"no report {report_id}", fix="see `rota reports list`")
        return found
