"""Executions of all jobs, the newest first."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from rota.domain.errors import Invalid
from rota.domain.execution import ACTIVE, UNSUCCESSFUL, Status, Trigger
from rota.domain.permission import Action
from rota.store.history import Filter
from rota.web.door import Page, PageRoute, does

router = APIRouter(route_class=PageRoute)

SIZE = 50
MOST_ID = 2**63 - 1
RESULTS = {
    "active": ACTIVE, "failed": UNSUCCESSFUL, "succeeded": (Status.SUCCEEDED,), "missed": (Status.MISSED,),
    "skipped": (Status.SKIPPED,), "cancelled": (Status.CANCELLED,),
}  # fmt: skip
WORDS = {"active": "Running or waiting"}


@router.get("/-/executions", **does(Action.EXECUTION_READ))
def executions(
    view: Page,
    result: str = "",
    trigger: str = "",
    before: Annotated[int | None, Query(ge=0, le=MOST_ID)] = None,
) -> Response:
    """Those that ended so, or were asked for so."""
    if result and result not in RESULTS:
        raise Invalid(f'no execution ends as "{result[:40]}"', fix=f"use one of {', '.join(RESULTS)}")
    if trigger and trigger not in list(Trigger):
        raise Invalid(f'nothing is triggered by "{trigger[:40]}"', fix=f"use one of {', '.join(Trigger)}")
    wanted = Filter(
        statuses=RESULTS.get(result), trigger=Trigger(trigger) if trigger else None, before_id=before
    )
    some = view.rota.executions.search(wanted, size=SIZE + 1)
    return view.render(
        "executions.html", executions=some[:SIZE], result=result, trigger=trigger, results=RESULTS, words=WORDS,
        triggers=list(Trigger), is_first=before is None,
        older=view.here(before=some[SIZE - 1].id) if len(some) > SIZE else None,
    )  # fmt: skip
