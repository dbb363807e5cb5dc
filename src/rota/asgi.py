"""rota as an ASGI application: by itself, or inside of another one."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette

from rota.api import (
    alerts,
    audit,
    catalogue,
    channels,
    document,
    executions,
    health,
    job_actions,
    job_facts,
    jobs,
    logs,
    me,
    reports,
    schedules,
    settings,
    sign_on,
    stream,
    tokens,
    users,
)
from rota.api.schedules import Cached
from rota.app import Rota
from rota.embedding.life import Rota as Embedded
from rota.http import refusals
from rota.http.edge import ANY, Edge
from rota.http.guard import Gate
from rota.http.hub import Hub
from rota.http.identity import Auth, Identity
from rota.services.signing_on import SigningOn
from rota.web import site as web

ROUTERS: tuple[APIRouter, ...] = (
    schedules.router,
    jobs.router,
    job_facts.router,
    job_actions.router,
    executions.router,
    logs.router,
    stream.router,
    catalogue.router,
    audit.router,
    settings.router,
    me.router,
    sign_on.router,
    users.router,
    tokens.router,
    alerts.router,
    channels.router,
    reports.router,
    health.router,
    document.router,
)
"""In this order: a path of words goes before one with a name in it."""


def create(rota: Rota, *, auth: Auth | None = None, hosts: Iterable[str] | None = None) -> FastAPI:
    """The API of a product whose life is its caller's affair.

    auth   the login of the application around it: who asks, or None
    hosts  the names under which it may be called; default: the setting allowed_hosts
    """
    app = FastAPI(
        title="rota", version=version("rota"), docs_url=None, redoc_url=None, openapi_url=None,
        lifespan=_until_stopped, redirect_slashes=False,
        description="Jobs that run on time, once, and leave a record.",
    )  # fmt: skip
    app.state.rota, app.state.hub = rota, Hub(rota.db)
    app.state.gate = Gate(rota, Identity(rota, auth))
    app.state.overview = Cached(rota.statistics, rota.clock)
    app.state.signing_on = SigningOn(rota.db, rota.clock, rota.settings, rota.sessions)
    for router in ROUTERS:
        app.include_router(router)
    refusals.install(app, refusals.as_document)
    app.mount(web.PATH, web.create(app.state))
    app.add_middleware(
        Edge,
        hosts=rota.settings.allowed_hosts if hosts is None else hosts,
        slashed={*_slashed(), f"{web.PATH}/"},
    )
    if rota.settings.otel:
        _trace(app)
    made: dict[str, Any] = {}

    def described() -> dict[str, Any]:
        if not made:
            made.update(document.make(app))
        return made

    app.openapi = described  # type: ignore[method-assign]
    return app


def _trace(app: FastAPI) -> None:
    """Make a span of each request."""
    from rota.http.tracing import Traced
    from rota.telemetry.spans import Tracing, set_up

    set_up("rota")
    app.add_middleware(Traced, tracing=Tracing())


def mount(
    app: Starlette,
    path: str = "/rota",
    *,
    rota: Embedded | None = None,
    auth: Auth | None = None,
    run: bool = True,
    **settings: Any,
) -> Embedded:
    """Serve rota inside of another FastAPI or Starlette application, and let it live as long as that does.

    path      below which it is served
    rota      one that was made before; default: one made of `settings`, as `rota.Rota(...)` makes it
    auth      the application's own login: who asks, or None; our tokens and sessions work beside it
    run       also schedule and run jobs in this process; any number of workers may
    Returns the Rota. The names under which it may be called are the application's affair.
    """
    embedded = Embedded(**settings) if rota is None else rota
    inner = create(embedded.product, auth=auth, hosts=(ANY,))
    app.mount(path.rstrip("/"), inner)
    around = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(outer: Any) -> AsyncIterator[Any]:
        async with around(outer) as state, _living(embedded, inner, run):
            yield state

    app.router.lifespan_context = lifespan
    return embedded


@asynccontextmanager
async def _living(rota: Embedded, inner: FastAPI, run: bool) -> AsyncIterator[None]:
    """From the first request to the last: the tables, the scheduler, those who wait."""
    from starlette.concurrency import run_in_threadpool

    inner.state.hub = Hub(rota.product.db)
    await run_in_threadpool(rota.start if run else rota.product.upgrade)
    try:
        yield
    finally:
        await run_in_threadpool(inner.state.hub.close)
        await run_in_threadpool(rota.stop)


@asynccontextmanager
async def _until_stopped(app: FastAPI) -> AsyncIterator[None]:
    """Nobody is left waiting when the server ends."""
    yield
    app.state.hub.close()


def _slashed() -> set[str]:
    """The paths that are declared with a slash at their end."""
    paths = {getattr(route, "path", "") for router in ROUTERS for route in router.routes}
    return {path for path in paths if path.endswith("/")}
