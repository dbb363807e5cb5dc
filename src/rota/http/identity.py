"""Who asks: by a token in the header, by a session's cookie, or by the login of the application around rota."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from starlette.requests import HTTPConnection
from starlette.responses import Response

from rota.app import Rota
from rota.domain.actor import Actor

Auth = Callable[[HTTPConnection], Actor | None]
"""A host application's own login: who asks, or None. Called in a thread."""

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
        actor = self.auth(request) if self.auth is not None else None
        if actor is None:
            return None
        return Visitor(replace(actor, address=address(request), request_id=request_id(request)))


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
