"""Who asks: by a token in the header, by a session's cookie, or by the login of the application around rota."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from inspect import isawaitable
from typing import Any

from anyio import from_thread
from starlette.requests import HTTPConnection
from starlette.responses import Response

from rota.app import Rota
from rota.domain.actor import Actor
from rota.domain.permission import Role

Auth = Callable[[HTTPConnection], Actor | None] | Callable[[HTTPConnection], Awaitable[Actor | None]]
"""A host application's own login: who asks, or None. A plain one is called in a thread, an async one in the loop."""

PLAIN_COOKIE, SECURE_COOKIE = "rota", "__Host-rota"
"""The session's cookie over plain HTTP (on this machine), and over TLS."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is known.

    secret     of the session, when he came by its cookie
    by_header  he came by a header that no other site can make his browser send
    """

    actor: Actor
    secret: str | None = None
    by_header: bool = False


class Identity:
    """Finds out who asks.

    auth  the host application's login, asked when there is neither token nor session of ours
    """

    def __init__(self, rota: Rota, auth: Auth | None = None) -> None:
        self.rota, self.auth = rota, auth

    def of(self, request: HTTPConnection) -> Visitor | None:
        """Who sent a request, None when nobody that is known. Looks into the database."""
        header = request.headers.get("authorization")
        if header is not None:
            return self._bearer(request, header)
        secret = request.cookies.get(cookie_name(request))
        if secret:
            actor = self.rota.sessions.lookup(
                secret, address=address(request), request_id=request_id(request)
            )
            return None if actor is None else Visitor(actor, secret)
        return self._guest(request)

    def _bearer(self, request: HTTPConnection, header: str) -> Visitor | None:
        scheme, _, text = header.partition(" ")
        if scheme.lower() != "bearer":
            return self._guest(request)
        actor = self.rota.tokens.lookup(
            text.strip(), address=address(request), request_id=request_id(request)
        )
        return None if actor is None else Visitor(actor, by_header=True)

    def _guest(self, request: HTTPConnection) -> Visitor | None:
        """Somebody whom the host application knows; by a cookie of its own, as far as we can tell."""
        actor = self._known_to_host(request)
        if actor is None:
            return None
        asker = replace(actor, face="api", role=Role(actor.role))
        return Visitor(replace(asker, address=address(request), request_id=request_id(request)))

    def _known_to_host(self, request: HTTPConnection) -> Actor | None:
        """We are in a thread here; an async login belongs into the loop that serves the request."""
        found: Any = self.auth(request) if self.auth is not None else None
        return from_thread.run(_awaited, found) if isawaitable(found) else found


async def _awaited(found: Awaitable[Actor | None]) -> Actor | None:
    return await found


def address(request: HTTPConnection) -> str | None:
    """Where a request came from. Behind a proxy that is trusted, the server has put the client's own here."""
    return request.client.host if request.client else None


def request_id(request: HTTPConnection) -> str | None:
    """The id under which this request is in the logs and in the audit."""
    found: str | None = request.scope.get("state", {}).get("request_id")
    return found


def is_secure(request: HTTPConnection) -> bool:
    """Whether it came over TLS."""
    return request.url.scheme in ("https", "wss")


def cookie_name(request: HTTPConnection) -> str:
    """The name of the session's cookie."""
    return SECURE_COOKIE if is_secure(request) else PLAIN_COOKIE


def set_cookie(request: HTTPConnection, response: Response, secret: str, seconds: int) -> None:
    """Hand out a session. No script can read it, no other site can send it along with a form."""
    response.set_cookie(
        cookie_name(request), secret, max_age=seconds, path="/", secure=is_secure(request), httponly=True,
        samesite="lax",
    )  # fmt: skip


def clear_cookie(request: HTTPConnection, response: Response) -> None:
    """Take a session back."""
    response.delete_cookie(
        cookie_name(request), path="/", secure=is_secure(request), httponly=True, samesite="lax"
    )
