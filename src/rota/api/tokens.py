"""Tokens: what programs show instead of a password. One's own, or for administrators everybody's."""

from typing import Annotated

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, ConfigDict, Field

from rota.api.instants import Instant
from rota.api.route import Asker, Id, Product, Size, about
from rota.domain.account import Token
from rota.domain.actor import Actor
from rota.domain.errors import Invalid, NotFound
from rota.domain.permission import Action, may
from rota.http.guard import GuardedRoute

router = APIRouter(prefix="/api/v1/tokens", tags=["tokens"], route_class=GuardedRoute)

TOKEN = {
    "id": 3, "name": "backup script", "user_id": 2, "user": "ana", "scopes": ["job.execute"], "status": "active",
    "created_at": "2026-03-01T09:00:00Z", "created_by": "ana", "expires_at": "2027-03-01T00:00:00Z",
}  # fmt: skip


class NewToken(BaseModel):
    """A token to be made."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200, description="what it is for")
    user: str | None = Field(None, max_length=100, description="whose it is; default: yours")
    scopes: list[str] = Field(
        default_factory=list, max_length=50,
        description="roles, nouns or actions that it is restricted to; none: to what its user may",
    )  # fmt: skip
    expires_at: Instant | None = None


class Made(BaseModel):
    """A new token."""

    token: Token
    secret: str = Field(description="what to send after `Authorization: Bearer`; it is never shown again")


@router.get("", **about("List tokens", Action.TOKEN_OWN, 404, example=[TOKEN]))
def list_tokens(
    rota: Product,
    by: Asker,
    user: Annotated[str | None, Query(max_length=100, description="only this user's")] = None,
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
    size: Size = 100,
) -> list[Token]:
    """One's own tokens; for administrators everybody's. The newest first."""
    wanted: str | int | None = user
    if not _sees_all(by):
        if by.user_id is None:
            return []
        wanted = by.user_id
    return rota.tokens.search(user=wanted, page=page, size=size)


@router.post("", **about(
    "Create a token", Action.TOKEN_OWN, 404, 409, body=True, status=201,
    example={"token": TOKEN, "secret": "rota_3_…"},
))  # fmt: skip
def create_token(
    new: Annotated[NewToken, Body(examples=[{"name": "backup script", "scopes": ["job.execute"]}])],
    rota: Product,
    by: Asker,
) -> Made:
    """Make a token, and show its secret, once."""
    owner = new.user if new.user is not None else by.user_id
    if owner is None:
        raise Invalid("it is not said whose token it is to be", fix="name a user", field="user")
    made = rota.tokens.create(new.name, owner, by, scopes=new.scopes, expires_at=new.expires_at)
    return Made(token=made.token, secret=made.text)


@router.get("/{token}", **about("Get a token", Action.TOKEN_OWN, 404, example=TOKEN))
def get_token(token: Id, rota: Product, by: Asker) -> Token:
    """One token, without its secret."""
    return _require(rota, token, by)


@router.delete("/{token}", **about("Revoke a token", Action.TOKEN_OWN, 404, example=TOKEN))
def revoke_token(token: Id, rota: Product, by: Asker) -> Token:
    """Make it good for nothing, at once."""
    return rota.tokens.revoke(_require(rota, token, by).id, by)


def _require(rota: Product, token_id: int, by: Actor) -> Token:
    """The token, if the asker may know that it is there."""
    found = rota.tokens.get(token_id)
    if found.user_id != by.user_id and not _sees_all(by):
        raise NotFound(f"no token {token_id}", fix="see GET /api/v1/tokens")
    return found


def _sees_all(by: Actor) -> bool:
    return may(by.role, by.scopes, Action.TOKEN_READ)
