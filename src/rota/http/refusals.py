"""Every way in which a request can go wrong, turned into a problem document."""

from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from rota.domain.account import Throttled
from rota.domain.errors import RotaError
from rota.http import problem
from rota.http.hub import Closed
from rota.http.identity import request_id
from rota.http.problem import Problem, Refusal

KINDS: tuple[type[Exception], ...] = (
    RotaError,
    Refusal,
    RequestValidationError,
    ValidationError,
    HTTPException,
    Closed,
)
"""Everything that may be raised on purpose."""

MODEL = {"content": {problem.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


Answer = Callable[[Request, Problem, dict[str, str]], Response]
"""How a problem is told: as a document, or as a page."""


def install(app: FastAPI, answer: Answer) -> None:
    """Answer every error of this application so."""

    def handle(request: Request, error: Exception) -> Response:
        told, headers = problem_of(request, error)
        return answer(request, told, headers)

    for kind in KINDS:
        app.add_exception_handler(kind, handle)


def as_document(request: Request, told: Problem, headers: dict[str, str]) -> Response:
    """The problem as programs read it."""
    return problem.answer(told, request_id(request), headers)


def problem_of(request: Request, error: Exception) -> tuple[Problem, dict[str, str]]:
    """What went wrong, and the headers that tell it. error: one of KINDS"""
    if isinstance(error, Refusal):
        return error.problem, error.headers
    if isinstance(error, RotaError):
        again = {"Retry-After": str(error.seconds)} if isinstance(error, Throttled) else {}
        return problem.of_error(error), again
    if isinstance(error, RequestValidationError):
        return problem.of_validation(list(error.errors())), {}
    if isinstance(error, ValidationError):
        return problem.of_model(error), {}
    if isinstance(error, HTTPException):
        return _http(request, error), dict(error.headers or {})
    fix = "ask again in a moment"
    return problem.make(503, "this server is about to end", code="unavailable", fix=fix), {}


def _http(request: Request, error: HTTPException) -> Problem:
    told = {
        404: (f"there is nothing at {request.url.path}", "see the OpenAPI document for what there is"),
        405: (f"{request.method} cannot be done here", "see the header Allow"),
    }
    detail, fix = told.get(error.status_code, (str(error.detail), None))
    code = "no_route" if error.status_code == 404 else None
    return problem.make(error.status_code, detail, code=code, fix=fix)
