"""Whether a request was made by a page of our own, and not by another site in somebody's browser."""

from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from rota.app import Rota
from rota.http.identity import Visitor
from rota.http.problem import Refusal

HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OURS = frozenset({"same-origin", "none"})
"""What a browser says of a request that our own page, or the person in front of it, made."""


def is_foreign(request: HTTPConnection) -> bool:
    """Whether the browser says that another site made the request. Programs say neither."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in OURS:
        return True
    origin = request.headers.get("origin")
    return origin is not None and not _is_own(request, origin)


def _is_own(request: HTTPConnection, origin: str) -> bool:
    """Origin and Host must agree; the scheme as far as the server can know it."""
    try:
        told = urlsplit(origin)
    except ValueError:
        return False
    return bool(told.netloc) and told.netloc == request.headers.get("host")


def require_own(request: HTTPConnection) -> None:
    """Raises Refusal for a request of another site."""
    if is_foreign(request):
        raise Refusal(
            403,
            "another site made this request",
            code="cross_site",
            fix="use a page of this server, or a token",
        )


def require_intent(request: HTTPConnection, visitor: Visitor, rota: Rota, token: str | None = None) -> None:
    """Raises Refusal for a change that the visitor's browser may have been tricked into.

    Who comes by a cookie must show the word that is bound to his session; a token in a header is proof enough.

    token  that word, as a form sent it in a field; else it is in the header
    """
    if visitor.by_header or request.scope.get("method", "GET") in SAFE:
        return
    require_own(request)
    if visitor.secret is None:
        if request.headers.get("sec-fetch-site") is None and request.headers.get("origin") is None:
            raise Refusal(
                403, "it cannot be told which site made this request", code="cross_site",
                fix="send the header Origin, or use a token",
            )  # fmt: skip
        return
    if not rota.sessions.csrf_fits(visitor.secret, token or request.headers.get(HEADER)):
        raise Refusal(
            403, f"the header {HEADER} is missing or is not this session's", code="csrf", field=HEADER,
            fix="send the csrf_token that GET /api/v1/me tells",
        )  # fmt: skip
