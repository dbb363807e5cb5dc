"""The nodes: which processes take part, what they serve, how long they have been silent."""

from fastapi import APIRouter
from starlette.responses import Response

from rota.domain.permission import Action
from rota.services.diagnosis import Finding
from rota.web.door import Page, PageRoute, does

router = APIRouter(route_class=PageRoute)


@router.get("/-/nodes", **does(Action.NODE_READ))
def nodes(view: Page) -> Response:
    """Every node that has not said goodbye or been declared gone."""
    seen = view.rota.presence.nodes()
    wrong: list[Finding] = [one for one in view.rota.diagnosis.examine() if one.ok is False]
    return view.render(
        "nodes.html", seen=seen, slots=sum(one.node.slots for one in seen if one.is_alive), wrong=wrong
    )
