"""Single sign-on by a browser: off to the provider with a cookie that only this round needs, and back."""

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from rota.app import Rota
from rota.http.entering import begin
from rota.http.identity import address, is_secure, request_id
from rota.services.signing_on import VALID, SigningOn

PLAIN, SECURE = "rota-sign-on", "__Host-rota-sign-on"
CALLBACK = "/api/v1/session/oidc/callback"
"""Below the root path; the address to be registered at the provider."""


def cookie(request: Request) -> str:
    """The name of the cookie that is kept between going and coming back."""
    return SECURE if is_secure(request) else PLAIN


async def leave(request: Request, signing_on: SigningOn, back: str) -> Response:
    """Send the browser to the provider."""
    root = request.scope.get("root_path", "")
    callback = f"{request.url.scheme}://{request.headers.get('host', '')}{root}{CALLBACK}"
    sent = await run_in_threadpool(signing_on.begin, callback, back)
    answer = RedirectResponse(sent.url, 303)
    # Lax: the provider's page sends the browser back, and the cookie has to come along.
    answer.set_cookie(
        cookie(request), sent.pending, max_age=VALID, path="/", secure=is_secure(request), httponly=True,
        samesite="lax",
    )  # fmt: skip
    return answer


async def come_back(request: Request, rota: Rota, signing_on: SigningOn) -> Response:
    """Let in who comes back, by a session as any other. The cookie of the way is gone, whatever comes of it."""
    user, back = await run_in_threadpool(
        signing_on.finish, request.cookies.get(cookie(request)), dict(request.query_params),
        address=address(request), request_id=request_id(request),
    )  # fmt: skip
    answer = RedirectResponse(f"{request.scope.get('root_path', '')}{back}", 303)
    answer.delete_cookie(cookie(request), path="/", secure=is_secure(request), httponly=True, samesite="lax")
    await run_in_threadpool(begin, request, answer, rota, user)
    return answer
