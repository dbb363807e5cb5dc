"""Pages of jobs, with what it takes to find the next one."""

from dataclasses import dataclass

from rota.domain.errors import Invalid
from rota.domain.job import Job
from rota.store import job_pages
from rota.store.database import Database
from rota.store.job_pages import DEEPEST, Mark, Order
from rota.store.jobs import Filter


@dataclass(frozen=True, slots=True)
class Page:
    """Some jobs of many.

    total        how many match; `exact` tells whether there are no more
    following    where the next page begins, None on the last one
    """

    jobs: list[Job]
    total: int
    exact: bool
    following: Mark | None


class Listing:
    """Reads pages of jobs."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def page(
        self, wanted: Filter, order: Order, *, number: int = 1, size: int = 20, after: Mark | None = None
    ) -> Page:
        """The page of that number, or the one after a mark. Raises Invalid for one that is too deep to count to."""
        skip = 0 if after else (number - 1) * size
        if skip >= DEEPEST:
            fix = "go on by the cursor of the page before (next_cursor, or the header Link), or search"
            raise Invalid(
                f"pages by number end after {DEEPEST:,} jobs", fix=fix, field="page", code="too_deep"
            )
        with self.db.read() as conn:
            few = job_pages.few(conn, wanted)
            found = job_pages.page(conn, wanted, order, size + 1, skip=skip, after=after, few=few)
            total, exact = job_pages.total(conn, wanted, few)
        shown, more = found[:size], len(found) > size
        return Page(shown, total, exact, job_pages.mark_of(shown[-1], order) if more else None)
