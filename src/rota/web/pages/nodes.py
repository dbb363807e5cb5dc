"""The nodes: which processes take part, what they serve, how long they have been silent."""

from fastapi import APIRouter
from starlette.responses import Response

from rota.domain.permission import Action
from rota.web.door import Page, PageRoute, does
from rota.web.system import telling

router = APIRouter(route_class=PageRoute)


@router.get("/-/nodes", **does(Action.NODE_READ))
def nodes(view: Page) -> Response:
    """Every node that has not said goodbye or been declared gone."""
    seen = view.rota.presence.nodes()
    wrong = telling([one for one in view.rota.diagnosis.examine() if one.ok is False])
    return view.render(
        "nodes.html", seen=seen, slots=sum(one.node.slots for one in seen if one.is_alive), wrong=wrong
    )


@router.post("/-/nodes/{node}/drain", **does(Action.NODE_DRAIN))
def drain(view: Page, node: int) -> Response:
    """Give it nothing more; what runs there, finishes."""
    found = view.rota.presence.drain(str(node), view.actor)
    return view.go("/-/nodes", f"{found[0].node.name} takes nothing more, and finishes what it runs.")


@router.post("/-/nodes/{node}/undrain", **does(Action.NODE_DRAIN))
def undrain(view: Page, node: int) -> Response:
    """Let it take work again."""
    found = view.rota.presence.undrain(str(node), view.actor)
    return view.go("/-/nodes", f"{found[0].node.name} takes work again.")
