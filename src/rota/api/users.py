"""Users: who may come in, and what they may do. For administrators."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from rota.api.route import Asker, Product, Size, about
from rota.domain.account import User
from rota.domain.permission import Action, Role
from rota.http.guard import GuardedRoute

router = APIRouter(prefix="/api/v1/users", tags=["users"], route_class=GuardedRoute)

UserRef = Annotated[
    str,
    Path(
        description="a user's id or name", pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,99}$", examples=["ana"]
    ),
]
Password = Annotated[str, Field(min_length=1, max_length=1024, json_schema_extra={"format": "password"})]
USER = {
    "id": 2, "name": "ana", "role": "operator", "is_enabled": True, "disabled_at": None, "has_password": True,
    "created_at": "2026-03-01T09:00:00Z", "created_by": "root",
}  # fmt: skip


class NewUser(BaseModel):
    """Somebody who shall be let in."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=200)
    role: Role = Role.VIEWER
    password: Password | None = Field(None, description="without one, the user can only own tokens")


class UserChange(BaseModel):
    """What is to change of a user."""

    model_config = ConfigDict(extra="forbid")

    role: Role | None = None
    is_enabled: bool | None = None
    password: Password | None = Field(None, description="ends the user's sessions")


@router.get("", **about("List users", Action.USER_READ, example=[USER]))
def list_users(
    rota: Product, page: Annotated[int, Query(ge=1, le=10**6)] = 1, size: Size = 100
) -> list[User]:
    """The users, by name."""
    return rota.accounts.search(page=page, size=size)


@router.post("", **about("Create a user", Action.USER_CREATE, 409, body=True, status=201, example=USER))
def create_user(
    new: Annotated[NewUser, Body(examples=[{"name": "ana", "role": "operator"}])], rota: Product, by: Asker
) -> User:
    """Make a user."""
    return rota.accounts.create(new.name, new.role, by, password=new.password)


@router.get("/{user}", **about("Get a user", Action.USER_READ, 404, example=USER))
def get_user(user: UserRef, rota: Product) -> User:
    """One user, by id or name."""
    return rota.accounts.get(user)


@router.patch("/{user}", **about("Change a user", Action.USER_SET_ROLE, 404, 409, body=True, example=USER))
def change_user(
    user: UserRef,
    change: Annotated[UserChange, Body(examples=[{"role": "viewer"}])],
    rota: Product,
    by: Asker,
) -> User:
    """Set role, switch or password. 409 when no enabled administrator would be left."""
    found = rota.accounts.get(user)
    if change.password is not None:
        found = rota.accounts.set_password(found.id, change.password, by)
    if change.role is not None:
        found = rota.accounts.set_role(found.id, change.role, by)
    if change.is_enabled is not None:
        switch = rota.accounts.enable if change.is_enabled else rota.accounts.disable
        found = switch(found.id, by)
    return found
