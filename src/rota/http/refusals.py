"""Every way in which a request can go wrong, turned into a problem document."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from rota.domain.account import Throttled
from rota.domain.errors import RotaError
from rota.http import problem
from rota.http.hub import Closed
from rota.http.identity import request_id
from rota.http.problem import Problem, Refusal

MODEL = {"content": {problem.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def install(app: FastAPI) -> None:
    """Answer every error of this application with a problem document."""
    app.add_exception_handler(RotaError, _ours)
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(ValidationError, _model)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Closed, _closed)


def _answer(request: Request, told: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    return problem.answer(told, request_id(request), headers)


def _ours(request: Request, error: Any) -> JSONResponse:
    headers = {"Retry-After": str(error.seconds)} if isinstance(error, Throttled) else None
    return _answer(request, problem.of_error(error), headers)


def _refusal(request: Request, error: Any) -> JSONResponse:
    return _answer(request, error.problem, error.headers)


def _validation(request: Request, error: Any) -> JSONResponse:
    return _answer(request, problem.of_validation(list(error.errors())))


def _closed(request: Request, _error: Any) -> JSONResponse:
    told = problem.make(503, "this server is about to end", code="unavailable", fix="ask again in a moment")
    return _answer(request, told)


def _model(request: Request, error: Any) -> JSONResponse:
    return _answer(request, problem.of_model(error))


def _http(request: Request, error: Any) -> JSONResponse:
    told = {
        404: (f"there is nothing at {request.url.path}", "see the OpenAPI document for what there is"),
        405: (f"{request.method} cannot be done here", "see the header Allow"),
    }
    detail, fix = told.get(error.status_code, (str(error.detail), None))
    return _answer(request, problem.make(error.status_code, detail, fix=fix), dict(error.headers or {}))
