"""Whether this process lives, whether it can work, and its numbers for Prometheus."""

from typing import Any

from fastapi import APIRouter, Request, Response

from rota.api.route import Product, Waiters, about
from rota.domain.permission import Action
from rota.http.guard import GuardedRoute
from rota.http.problem import Refusal
from rota.services import watching

router = APIRouter(tags=["health"], route_class=GuardedRoute)

PATIENCE = 2.0
"""Seconds that the database may take to answer."""


@router.get("/healthz", **about("Is it alive", None, example={"status": "ok"}))
async def healthz() -> dict[str, str]:
    """This process lives. Asks nothing of anybody."""
    return {"status": "ok"}


@router.get("/readyz", **about("Is it ready", None, example={"status": "ok"}))
async def readyz(rota: Product, hub: Waiters) -> dict[str, str]:
    """The database answers, too; 503 when it does not within two seconds."""
    if await hub.ask(watching.pulse, rota.clock.now(), PATIENCE) is None:
        raise Refusal(503, "the database does not answer", code="unavailable", fix="see `rota doctor`")
    return {"status": "ok"}


@router.get("/metrics", response_class=Response, **about(
    "Read the metrics", Action.METRICS_READ,
    answers={200: {"description": "Prometheus' text format",
                   "content": {"text/plain": {"schema": {"type": "string"}}}}},
))  # fmt: skip
def metrics(request: Request, rota: Product) -> Any:
    """Jobs, executions and nodes as Prometheus reads them."""
    # Loaded by whoever asks first: most servers are never asked.
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.exposition import CONTENT_TYPE_LATEST

    from rota.api.figures import Figures

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(rota, request.app.state.overview.read()[0]))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
