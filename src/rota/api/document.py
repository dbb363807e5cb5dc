"""The OpenAPI document: what FastAPI tells of the routes, with the problem documents and the ways to sign in."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse

from rota.api.route import about
from rota.domain.permission import Action
from rota.http.guard import ACTION, PUBLIC, GuardedRoute
from rota.http.identity import PLAIN_COOKIE
from rota.http.problem import Problem

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute)

REF = "#/components/schemas/{model}"
SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "a token of POST /api/v1/tokens"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": PLAIN_COOKIE,
        "description": "a session of POST /api/v1/session; every change then needs the header X-CSRF-Token. "
        "Over TLS the cookie is called __Host-rota",
    },
}


@router.get("/openapi.json", include_in_schema=False, **about("Read this document", Action.ME_READ))
async def read_document(request: Request) -> JSONResponse:
    """The OpenAPI document."""
    return JSONResponse(request.app.openapi())


def make(app: FastAPI) -> dict[str, Any]:
    """The document of an application."""
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes,
        separate_input_output_schemas=False,
    )  # fmt: skip
    components = document.setdefault("components", {})
    problem = Problem.model_json_schema(ref_template=REF)
    schemas: dict[str, Any] = components.setdefault("schemas", {})
    schemas |= problem.pop("$defs")
    schemas["Problem"] = problem
    components["securitySchemes"] = SCHEMES
    for operations in document["paths"].values():
        for operation in operations.values():
            is_public = operation.get(ACTION) == PUBLIC
            operation["security"] = [] if is_public else [{"token": []}, {"session": []}]
    return document
