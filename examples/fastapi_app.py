"""rota inside of a FastAPI application: `uvicorn examples.fastapi_app:app`, then see /admin/cron/.

It lives as long as the application does; with `--workers 4` it is there four times, and each slot still runs once.
"""

from typing import Any

from fastapi import FastAPI
from starlette.requests import HTTPConnection

import rota
from rota import Actor, Role

app = FastAPI(title="Shop")


def signed_in(request: HTTPConnection) -> Actor | None:
    """Who asks, as the shop knows it: the proxy in front of it signs people in, and alone sets this header."""
    name = request.headers.get("x-forwarded-user")
    return Actor(name, role=Role.OPERATOR) if name else None


crons = rota.mount(app, path="/admin/cron", auth=signed_in, modules=["examples.shop"])


@app.post("/orders/count")
def count(shelf: str) -> dict[str, Any]:
    """A route of the shop's own, which runs a job and waits for it."""
    run = crons.jobs.execute("count_orders", by="shop", kwargs={"shelf": shelf}, wait=30)
    return {"execution": run.id, "status": run.status}
