"""Reports: listed, and read as HTML or text."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from rota.api.instants import Instant
from rota.api.route import Id, Product, Size, about
from rota.domain.permission import Action
from rota.http.guard import GuardedRoute
from rota.services.reports import Reports

router = APIRouter(prefix="/api/v1/reports", tags=["reports"], route_class=GuardedRoute)

LISTED = {
    "id": 7, "kind": "daily", "title": "Daily report, 2026-03-01 to 2026-03-01", "begins_at": "2026-03-01T00:00:00Z",
    "ends_at": "2026-03-02T00:00:00Z", "created_at": "2026-03-02T01:00:00Z",
}  # fmt: skip


class ReportHead(BaseModel):
    """A report, without what it says."""

    id: int
    kind: str
    title: str
    begins_at: Instant
    ends_at: Instant
    created_at: Instant


class ReportPage(ReportHead):
    """A report. html: a whole page; text: the same, to be read as it is"""

    html: str
    text: str


@router.get("", **about("List reports", Action.REPORT_READ, example=[LISTED]))
def list_reports(
    rota: Product, page: Annotated[int, Query(ge=1, le=10**6)] = 1, size: Size = 50
) -> list[ReportHead]:
    """The reports that were made, the newest first."""
    found = Reports(rota.db).search(page=page, size=size)
    return [ReportHead.model_validate(one, from_attributes=True) for one in found]


@router.get("/{report}", **about("Get a report", Action.REPORT_READ, 404))
def get_report(report: Id, rota: Product) -> ReportPage:
    """One report with what it says."""
    return ReportPage.model_validate(Reports(rota.db).get(report), from_attributes=True)
