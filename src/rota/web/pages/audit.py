"""The audit log: who did what, to what, and from where."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from rota.domain.errors import Invalid
from rota.domain.permission import Action
from rota.store.audit import Filter
from rota.web.changes import changed
from rota.web.door import Page, PageRoute, does
from rota.web.view import View

router = APIRouter(route_class=PageRoute)

NOUNS = sorted({one.noun for one in Action} - {"me", "metrics", "event"} | {"login", "denied"})
"""What the log can be filtered by; of some nouns nothing is ever done."""

SIZE = 50
MOST_ID = 2**63 - 1
FACES = ("web", "api", "cli", "python", "engine")
KINDS = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


@router.get("/-/audit", **does(Action.AUDIT_READ))
def audit(
    view: Page,
    actor: str = "",
    action: str = "",
    target: str = "",
    face: str = "",
    since: str = "",
    until: str = "",
    before: Annotated[int | None, Query(ge=0, le=MOST_ID)] = None,
) -> Response:
    """The newest rows that match."""
    wanted = _filter(view, actor, action, target, face, since, until, before)
    found = view.rota.auditing.search(wanted, size=SIZE + 1)
    asked = {"actor": actor, "action": action, "target": target, "face": face, "since": since, "until": until}
    return view.render(
        "audit.html", entries=found[:SIZE], changed=changed, asked=asked, faces=FACES,
        nouns=NOUNS, is_first=before is None, href=_href(view),
        older=view.here(before=found[SIZE - 1].id) if len(found) > SIZE else None,
    )  # fmt: skip


@router.get("/-/audit.{form}", **does(Action.AUDIT_EXPORT))
def export(
    view: Page, form: str, actor: str = "", action: str = "", target: str = "", face: str = "", since: str = "",
    until: str = "",
) -> Response:  # fmt: skip
    """All rows that match, as a file: jsonl or csv. It is recorded that they were taken."""
    wanted = _filter(view, actor, action, target, face, since, until, None)
    pieces = view.rota.auditing.export(form, view.actor, wanted)
    headers = {"Content-Disposition": f'attachment; filename="audit.{form}"', "Cache-Control": "no-store"}
    return StreamingResponse(pieces, media_type=KINDS[form], headers=headers)


def _filter(
    view: View, actor: str, action: str, target: str, face: str, since: str, until: str, before: int | None
) -> Filter:
    return Filter(
        actor=actor.strip() or None, action=action.strip() or None, target=target.strip() or None, face=face or None,
        since=_day(view, since, 0), until=_day(view, until, 1), before_id=before,
    )  # fmt: skip


def _day(view: View, text: str, later: int) -> datetime | None:
    """The begin of a day in the zone that is shown, or of the one after it."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=later)
        return datetime.combine(day, time(), view.times.local(view.times.now).tzinfo).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid(f'"{text[:20]}" is no day', fix="write it as 2026-11-24") from error


def _href(view: View) -> Any:
    def of(target: str) -> str | None:
        """Where something is shown that was changed; None where nothing shows it."""
        noun, _, name = target.partition(":")
        if noun == "job" and name:
            return view.job_url(name)
        return view.url(f"/-/executions/{name}") if noun == "execution" and name.isdigit() else None

    return of
