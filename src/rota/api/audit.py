"""The audit log: listed, looked over, taken away as a file."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.responses import StreamingResponse

from rota.api import cursors
from rota.api.instants import Instant
from rota.api.route import MOST_ID, Asker, Product, about
from rota.domain.chain import Head
from rota.domain.permission import Action
from rota.http.guard import GuardedRoute
from rota.services.auditing import entry_json
from rota.store.audit import Filter

router = APIRouter(prefix="/api/v1/audit", tags=["audit"], route_class=GuardedRoute)

MEDIA = {"jsonl": "application/jsonl", "csv": "text/csv"}


class Wanted(BaseModel):
    """Which rows."""

    target: str | None = Field(None, max_length=200, description="only what was done to this, as job:NAME")
    actor: str | None = Field(None, max_length=100, description="only what this one did")
    action: str | None = Field(
        None, max_length=100, description="only this action (job.pause), or noun (job)"
    )
    since: Instant | None = None
    until: Instant | None = None

    def filter(self, before_id: int | None = None) -> Filter:
        """As the store takes it."""
        return Filter(
            target=self.target, actor=self.actor, action=self.action, since=self.since, until=self.until,
            before_id=before_id,
        )  # fmt: skip


class Paged(Wanted):
    """Which rows, and which page of them."""

    cursor: int | None = Field(None, ge=1, le=MOST_ID, description="next_cursor of the page before")
    size: int = Field(50, ge=1, le=100)


class Exported(Wanted):
    """Which rows, and as what."""

    format: Literal["jsonl", "csv"] = "jsonl"


class Entry(BaseModel):
    """Who did what."""

    id: int
    at: datetime
    actor: str
    face: str
    action: str
    target: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str | None
    token: int | None
    address: str | None
    request_id: str | None
    seq: int | None = Field(description="its place in the chain; null until it is sealed")
    hash: str | None


class EntryPage(BaseModel):
    """Some rows of many, the newest first."""

    items: list[Entry]
    next_cursor: str | None


class Fault(BaseModel):
    """One thing that is wrong."""

    kind: str = Field(description="edited, moved, resealed or missing")
    seq: int = Field(description="the place in the chain")
    id: int | None = Field(description="the row; null for one that is missing")
    text: str


class Verdict(BaseModel):
    """Whether the log is as it was written."""

    whole: bool
    rows: int
    unsealed: int
    head: str = Field(
        description="the last place and its hash, PLACE:HASH; keep it elsewhere, and ask with it later"
    )
    faults: list[Fault]


def _head(text: str) -> Head:
    seq, _, digest = text.partition(":")
    return Head(int(seq), digest)


@router.get("", **about("List the audit log", Action.AUDIT_READ, headers={"Link": "the next page"}))
def list_audit(
    request: Request, response: Response, rota: Product, wanted: Annotated[Paged, Query()]
) -> EntryPage:
    """Every change, run, log-in and refusal, whichever way it came; the newest first."""
    found = rota.auditing.search(wanted.filter(wanted.cursor), size=wanted.size + 1)
    following = str(found[wanted.size - 1].id) if len(found) > wanted.size else None
    cursors.link(request, response, next={"cursor": following} if following else None)
    items = [Entry(**entry_json(one)) for one in found[: wanted.size]]
    return EntryPage(items=items, next_cursor=following)


@router.get("/verify", **about("Verify the audit log", Action.AUDIT_VERIFY))
def verify_audit(
    rota: Product,
    head: Annotated[
        str | None, Query(description="what an earlier answer said", pattern=r"^[0-9]{1,18}:[0-9a-f]{64}$")
    ] = None,
) -> Verdict:
    """Whether a row was edited, deleted, moved or is missing."""
    found = rota.auditing.verify(None if head is None else _head(head))
    faults = [Fault(kind=one.kind, seq=one.seq, id=one.row, text=one.text) for one in found.faults]
    return Verdict(
        whole=found.is_whole, rows=found.rows, unsealed=found.unsealed, head=str(found.head), faults=faults
    )


@router.get("/export", response_class=StreamingResponse, **about(
    "Export the audit log", Action.AUDIT_EXPORT,
    answers={200: {"description": "The rows, the oldest first",
                   "content": {kind: {"schema": {"type": "string"}} for kind in MEDIA.values()}}},
))  # fmt: skip
def export_audit(rota: Product, by: Asker, wanted: Annotated[Exported, Query()]) -> Any:
    """The rows as a file: a JSON object a line, or CSV."""
    pieces = rota.auditing.export(wanted.format, by, wanted.filter())
    headers = {"Content-Disposition": f'attachment; filename="audit.{wanted.format}"'}
    return StreamingResponse(pieces, media_type=MEDIA[wanted.format], headers=headers)
