"""Refusals as problem documents (RFC 9457): one shape for every error of every route."""

from typing import Any

from pydantic import BaseModel, Field, ValidationError
from starlette.responses import JSONResponse

from rota.domain.errors import Conflict, Denied, Invalid, NotFound, RotaError, Unavailable

MEDIA_TYPE = "application/problem+json"

TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    408: "Too slow",
    409: "Conflict",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Unsupported media type",
    421: "Wrong host",
    422: "Invalid",
    429: "Too many attempts",
    500: "Internal error",
    503: "Unavailable",
}

CODES = {
    400: "bad_request",
    401: "unauthenticated",
    403: "denied",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    408: "too_slow",
    413: "too_large",
    415: "unsupported_media_type",
    421: "wrong_host",
    500: "internal",
}
"""The code of a refusal that has no word of its own."""

SPECIAL = {"changed": 412, "throttled": 429, "bad_credentials": 401, "sign_on_refused": 401}
"""Codes whose status is not that of their kind."""

KINDS: tuple[tuple[type[RotaError], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (Invalid, 422),
    (Denied, 403),
    (Unavailable, 503),
)


class FieldProblem(BaseModel):
    """What is wrong with one field of the input."""

    field: str = Field(description="the field, with dots for what lies inside of it")
    message: str


class Problem(BaseModel):
    """Why a request was refused, and what to do about it."""

    type: str = Field(description="`urn:rota:problem:` and the code", examples=["urn:rota:problem:not_found"])
    title: str = Field(description="the kind of refusal", examples=["Not found"])
    status: int = Field(description="the status of the answer", examples=[404])
    detail: str = Field(description="what happened, on what", examples=['no job named "databse_cleanup"'])
    code: str = Field(description="a stable word for programs", examples=["not_found"])
    field: str | None = Field(None, description="the input field at fault")
    fix: str | None = Field(
        None, description="what to do next", examples=['did you mean "database_cleanup"?']
    )
    errors: list[FieldProblem] | None = Field(None, description="every field at fault, where it is several")
    request_id: str | None = Field(None, description="as in the header X-Request-ID, to look for in the logs")


class Refusal(Exception):
    """A request is turned away before anything was asked of the services.

    status   of the answer
    headers  to send along
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        code: str | None = None,
        fix: str | None = None,
        field: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.problem = make(status, detail, code=code, fix=fix, field=field)
        self.headers = headers or {}


def make(status: int, detail: str, *, code: str | None = None, **more: Any) -> Problem:
    """A problem of that status; its code is the status's own word unless it has a better one."""
    word = code or CODES.get(status, "error")
    title = TITLES.get(status, "Error")
    return Problem(
        type=f"urn:rota:problem:{word}", title=title, status=status, detail=detail, code=word, **more
    )


def of_error(error: RotaError) -> Problem:
    """The problem that one of our own errors is."""
    status = SPECIAL.get(error.code) or next(
        (status for kind, status in KINDS if isinstance(error, kind)), 500
    )
    return make(status, error.message, code=error.code, field=error.field, fix=error.fix)


def of_validation(errors: list[Any]) -> Problem:
    """The problem that input is whose fields do not fit; as pydantic tells it."""
    told = [FieldProblem(field=_place(one["loc"]), message=_message(one)) for one in errors]
    first = told[0] if told else FieldProblem(field="", message="the input does not fit")
    fix = "see the description of the request in the OpenAPI document"
    detail = f"{first.field}: {first.message}" if first.field else first.message
    return make(422, detail, code="invalid", field=first.field or None, fix=fix, errors=told)


def _place(path: tuple[Any, ...]) -> str:
    """Where the field is, without saying that it came in the body."""
    inside = path[1:] if path and path[0] in ("body", "query", "path", "header") else path
    return ".".join(str(part) for part in inside)


def _message(error: dict[str, Any]) -> str:
    if error["type"] == "extra_forbidden":
        return "there is no such field"
    return str(error["msg"]).removeprefix("Value error, ")


def of_model(error: ValidationError) -> Problem:
    """The problem that a change is which makes a definition that cannot be."""
    return of_validation([dict(one) for one in error.errors(include_url=False, include_context=False)])


def answer(problem: Problem, request_id: str | None, headers: dict[str, str] | None = None) -> JSONResponse:
    """The answer that carries a problem; what it does not say is left out."""
    told = problem.model_copy(update={"request_id": request_id}).model_dump(mode="json", exclude_none=True)
    return JSONResponse(told, problem.status, headers, MEDIA_TYPE)
