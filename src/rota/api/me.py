"""Oneself: who one is here, signing in and out, one's password; and the first administrator of all."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from rota.api.route import Asker, Product, about
from rota.api.users import Password
from rota.domain.account import User
from rota.domain.permission import Action, Role, may
from rota.http.entering import begin
from rota.http.guard import GuardedRoute
from rota.http.identity import Visitor, address, clear_cookie, request_id

router = APIRouter(prefix="/api/v1", tags=["me"], route_class=GuardedRoute)


class Me(BaseModel):
    """Who asks, and what he may do."""

    name: str
    role: Role
    scopes: list[str] | None = Field(description="what the token is restricted to; null: to nothing")
    user_id: int | None
    actions: list[str] = Field(description="all that he may do")
    csrf_token: str | None = Field(
        description="to be sent as X-CSRF-Token with every change, when one came by cookie"
    )


class SignIn(BaseModel):
    """A name and its password."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200)
    password: Password


class SignedIn(BaseModel):
    """A new session; its secret is in the cookie."""

    user: User
    csrf_token: str
    expires_at: datetime


class NewPassword(BaseModel):
    """One's old and new password."""

    model_config = ConfigDict(extra="forbid")

    current: Password
    new: Password


class First(SignIn):
    """Who shall be the first administrator, and the word that allows it."""

    secret: str = Field(
        max_length=200, description="of the address that `rota serve` prints on an empty database"
    )


@router.get("/me", **about("Who am I", Action.ME_READ))
def me(request: Request, rota: Product, by: Asker) -> Me:
    """Who asks, by which role and scopes, and what that allows."""
    visitor: Visitor = request.state.visitor
    return Me(
        name=by.name, role=by.role, scopes=None if by.scopes is None else list(by.scopes), user_id=by.user_id,
        actions=[action.value for action in Action if may(by.role, by.scopes, action)],
        csrf_token=None if visitor.secret is None else rota.sessions.csrf(visitor.secret),
    )  # fmt: skip


@router.put(
    "/me/password", **about("Change one's password", Action.ME_PASSWORD, 409, 429, body=True, status=204)
)
def change_password(
    change: NewPassword, request: Request, response: Response, rota: Product, by: Asker
) -> None:
    """Set a new password. Every session of the account ends; sign in again."""
    rota.accounts.change_password(change.current, change.new, by)
    clear_cookie(request, response)


@router.post("/session", **about("Sign in", None, 429, body=True, status=201))
def sign_in(who: Annotated[SignIn, Body()], request: Request, response: Response, rota: Product) -> SignedIn:
    """Begin a session, kept in a cookie. After several wrong passwords the next one has to wait."""
    user = rota.entrance.authenticate(
        who.name, who.password, address=address(request), request_id=request_id(request)
    )
    return _begin(request, response, rota, user)


@router.delete("/session", **about("Sign out", Action.ME_READ, status=204))
def sign_out(request: Request, response: Response, rota: Product, by: Asker) -> None:
    """End this session."""
    visitor: Visitor = request.state.visitor
    if visitor.secret is not None:
        rota.sessions.end(visitor.secret, by)
    clear_cookie(request, response)


@router.post("/users/first", **about("Make the first administrator", None, body=True, status=201))
def first_admin(who: First, request: Request, response: Response, rota: Product) -> SignedIn:
    """Redeem the one-time word of an empty database: makes its first administrator, and signs in."""
    user = rota.entrance.redeem(who.secret, who.name, who.password, address=address(request))
    return _begin(request, response, rota, user)


def _begin(request: Request, response: Response, rota: Product, user: User) -> SignedIn:
    begun = begin(request, response, rota, user)
    return SignedIn(user=user, csrf_token=begun.csrf, expires_at=begun.expires_at)
