"""Requests to a server, and its refusals as the errors that they were there."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, TypeAdapter, ValidationError

from rota.client.profile import TOKEN, Server
from rota.domain.errors import Conflict, Denied, Invalid, InvalidSchedule, NotFound, RotaError, Unavailable

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

PATIENCE = httpx2.Timeout(60, connect=10)
"""Seconds: for an answer, and until a connection stands."""

MOST = 100
"""The largest page that the API gives."""

KINDS: dict[int, type[RotaError]] = {
    400: Invalid,
    401: Denied,
    403: Denied,
    404: NotFound,
    408: Unavailable,
    409: Conflict,
    412: Conflict,
    413: Invalid,
    422: Invalid,
    429: Denied,
    503: Unavailable,
}
ELSEWHERE = frozenset({"no_route", "method_not_allowed"})
"""What a server of another version says of a request that it does not know."""


class Wire:
    """Asks one server.

    server     where, and the token
    transport  how requests travel; default: over the network, certificates checked
    """

    def __init__(self, server: Server, transport: httpx2.BaseTransport | None = None) -> None:
        self.server = server
        headers = {"Accept": "application/json", "User-Agent": f"rota/{version('rota')}"}
        if server.token:
            headers["Authorization"] = f"Bearer {server.token}"
        self._http = httpx2.Client(
            base_url=f"{server.url}/api/v1/", headers=headers, timeout=PATIENCE, transport=transport
        )

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def get(self, *path: object, **query: Any) -> Any:
        """What stands at a path, as JSON. Parameters that are None are left out."""
        return self.ask("GET", *path, query=query)

    def ask(
        self, method: str, *path: object, query: Mapping[str, Any] | None = None, body: Any = None
    ) -> Any:
        """The answer to one request as JSON; None when it is empty. Raises every RotaError."""
        with self._reaching():
            answer = self._http.request(method, _joined(path), params=_told(query or {}), json=body)
        if answer.status_code >= 300:
            raise self._refusal(answer)
        if not answer.content:
            return None
        with self.reading():
            return answer.json()

    def stream(self, *path: object, **query: Any) -> Iterator[str]:
        """An answer in pieces of text. It is asked for at once, and read bit by bit."""
        request = self._http.build_request("GET", _joined(path), params=_told(query))
        with self._reaching():
            answer = self._http.send(request, stream=True)
        if answer.status_code >= 300:
            with self._reaching():
                answer.read()
            raise self._refusal(answer)
        return self._pieces(answer)

    def _pieces(self, answer: httpx2.Response) -> Iterator[str]:
        with self._reaching():
            try:
                yield from answer.iter_text()
            finally:
                answer.close()

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Raises Unavailable for whatever goes wrong on the way."""
        try:
            yield
        except httpx2.TimeoutException as error:
            raise Unavailable(
                f"the server at {self.server.url} does not answer", fix="try again in a moment"
            ) from error
        except httpx2.HTTPError as error:
            raise Unavailable(
                f"the server at {self.server.url} cannot be reached: {error}",
                fix="see whether it runs, and whether that is its address",
            ) from error

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Raises Unavailable for an answer that is not what this version reads."""
        try:
            yield
        except (ValidationError, ValueError, KeyError, TypeError) as error:
            raise self._strange("it answers otherwise than this version of rota expects") from error

    def _strange(self, why: str) -> Unavailable:
        fix = "use the version of rota that runs there; its API stands below ADDRESS/api/v1"
        return Unavailable(
            f"the server at {self.server.url} cannot be understood: {why}", fix=fix, code="version"
        )

    def _refusal(self, answer: httpx2.Response) -> RotaError:
        """The error that the server told of."""
        try:
            problem = answer.json()
            code, detail = str(problem["code"]), str(problem["detail"])
        except (ValueError, KeyError, TypeError):
            if place := answer.headers.get("location"):
                return self._strange(f"it sends on to {place}; if that is right, use that address")
            return self._strange(f"status {answer.status_code}, and not as rota answers")
        if code in ELSEWHERE:
            return self._strange(f"it does not know {answer.request.method} {answer.request.url.path}")
        if answer.status_code == 401:
            return self._stranger()
        fix = problem.get("fix")
        if code == InvalidSchedule.code:
            return InvalidSchedule(detail, fix=fix)
        if answer.status_code >= 500 and answer.status_code not in KINDS:
            return RotaError(f"{detail} ({problem.get('request_id')})", fix=fix, code=code)
        kind = KINDS.get(answer.status_code, RotaError)
        return kind(detail, fix=fix, field=problem.get("field"), code=code)

    def _stranger(self) -> Denied:
        url, fix = self.server.url, "make one there with `rota tokens create`"
        if self.server.token:
            told = f"the server at {url} does not accept the token: it is wrong, expired or revoked"
            return Denied(told, fix=f"{fix}, and put it into {TOKEN} or the profile", code="unauthenticated")
        told = f"the server at {url} wants a token"
        return Denied(told, fix=f"put it into {TOKEN} or a profile; {fix}", code="unauthenticated")

    def read(self, kind: type[T], data: Any) -> T:
        """An answer as a value of that type."""
        with self.reading():
            return TypeAdapter(kind).validate_python(data)

    def model(self, kind: type[M], data: Any) -> M:
        """An answer as a model; what a newer server says besides is left out."""
        with self.reading():
            return kind.model_validate({name: data[name] for name in kind.model_fields if name in data})

    def walk(self, *path: object, skip: int, size: int, **query: Any) -> list[Any]:
        """Up to `size` items of a list that goes on by cursor, after the first `skip`."""
        found: list[Any] = []
        cursor = query.pop("cursor", None)
        while len(found) < skip + size:
            wanted = min(MOST, skip + size - len(found))
            page = self.get(*path, size=wanted, cursor=cursor, **query)
            with self.reading():
                found += page["items"]
                cursor = page["next_cursor"]
            if cursor is None:
                break
        return found[skip:]

    def window(self, *path: object, page: int, size: int, **query: Any) -> list[Any]:
        """A page of any size of a list that goes by pages."""
        if size <= MOST:
            found: list[Any] = self.get(*path, page=page, size=size, **query)
            return found
        first, last = (page - 1) * size, page * size
        found = []
        for number in range(first // MOST + 1, -(-last // MOST) + 1):
            some = self.get(*path, page=number, size=MOST, **query)
            found += some
            if len(some) < MOST:
                break
        begin = first % MOST
        return found[begin : begin + size]


def _joined(path: tuple[object, ...]) -> str:
    return "/".join(quote(str(part), safe="") for part in path)


def _told(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _text(value) for name, value in query.items() if value is not None}


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    return str(value).lower() if isinstance(value, bool) else value


def instant(value: datetime | None) -> str | None:
    """An instant as the API takes it."""
    return None if value is None else value.astimezone(UTC).isoformat()


def known(name: str | int, pattern: str, kind: Callable[[], RotaError]) -> str:
    """A reference that can stand in a path. Raises what `kind` makes for one that names nothing for sure."""
    import re

    if not re.fullmatch(pattern, str(name)):
        raise kind()
    return str(name)
