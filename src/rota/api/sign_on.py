"""Single sign-on: off to the provider, and back with a session."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from rota.api.route import Product, about
from rota.http import signing_on
from rota.http.guard import GuardedRoute
from rota.services.signing_on import SigningOn

router = APIRouter(prefix="/api/v1/session/oidc", tags=["me"], route_class=GuardedRoute)

PATH = r"^/([\x21-\x2e\x30-\x5b\x5d-\x7e][\x21-\x5b\x5d-\x7e]*)?$"
"""A path on this server: no other one's name, no control character, no backslash."""

AWAY: dict[int | str, dict[str, Any]] = {303: {"description": "Off to the provider", "headers": {
    "Location": {"description": "the provider's page", "schema": {"type": "string"}}}}}  # fmt: skip
BACK: dict[int | str, dict[str, Any]] = {303: {"description": "Signed in", "headers": {
    "Location": {"description": "the path asked for", "schema": {"type": "string"}}}}}  # fmt: skip


@router.get("", response_class=Response, **about(
    "Sign in at the provider", None, 404, status=303, answers=AWAY
))  # fmt: skip
async def leave(
    request: Request,
    next: Annotated[str, Query(description="the path to come back to", max_length=1000, pattern=PATH)] = "/",
) -> Any:
    """For browsers: go to the provider of the single sign-on, and come back signed in."""
    return await signing_on.leave(request, _verbs(request), next)


@router.get("/callback", response_class=Response, **about(
    "Come back from the provider", None, 404, status=303, answers=BACK
))  # fmt: skip
async def come_back(
    request: Request,
    rota: Product,
    code: Annotated[str, Query(description="what the provider gives out once", max_length=4000)] = "",
    state: Annotated[str, Query(description="what was sent to the provider", max_length=200)] = "",
    error: Annotated[str, Query(description="why the provider refuses", max_length=200)] = "",
) -> Any:
    """Where the provider sends the browser back to; begins a session, kept in a cookie."""
    return await signing_on.come_back(request, rota, _verbs(request))


def _verbs(request: Request) -> SigningOn:
    found: SigningOn = request.app.state.signing_on
    return found
