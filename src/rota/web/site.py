"""The dashboard as an application of its own, to be mounted beside the API."""

from fastapi import APIRouter, FastAPI, Request
from starlette.datastructures import State
from starlette.responses import Response

from rota.http import refusals
from rota.http.problem import Problem
from rota.web import system
from rota.web.assets import Assets
from rota.web.pages import (
    alert_rules,
    alerts,
    audit,
    bulk,
    calendar,
    channels,
    editing,
    entrance,
    execution,
    executions,
    job,
    job_actions,
    jobs,
    nodes,
    people,
    preferences,
    search,
    settings,
    static,
    timeline,
)
from rota.web.templating import environment
from rota.web.view import View

PATH = "/admin/cron"

ROUTERS: tuple[APIRouter, ...] = (
    static.router,
    entrance.router,
    preferences.router,
    search.router,
    bulk.router,
    editing.router,
    executions.router,
    timeline.router,
    calendar.router,
    nodes.router,
    alert_rules.router,
    channels.router,
    alerts.router,
    audit.router,
    settings.router,
    people.router,
    jobs.router,
    execution.router,
    job_actions.router,
    job.router,
)
"""In this order: what is below /-/ goes before what has a job's name in its path."""


def create(shared: State) -> FastAPI:
    """The dashboard. shared: the product, its gate and its hub, as the API has them"""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.rota, app.state.gate, app.state.hub = shared.rota, shared.gate, shared.hub
    app.state.assets, app.state.templates = Assets(), environment()
    app.state.system = system.system(shared.rota)
    app.state.glance, app.state.concerns = system.glance(shared.rota), system.concerns(shared.rota)
    app.state.least = system.least(shared.rota)
    app.state.day = system.day(shared.rota)
    for router in ROUTERS:
        app.include_router(router)
    refusals.install(app, _as_page)
    return app


def _as_page(request: Request, told: Problem, headers: dict[str, str]) -> Response:
    """What is wrong with a request that reaches no page: there is none at its address."""
    view = View(request)
    view.visitor = request.app.state.gate.identity.of(request)
    return view.refuse(told, headers)
