"""Who asks."""

from dataclasses import dataclass

from rota.domain.permission import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who changes something.

    name        a user, "system" or "rota" for what happens by itself
    face        the way it came: cli, api, web, python, engine
    role        what it may do: everything, for whoever acts with the machine's own authority
    scopes      what its token is restricted to; None: to nothing
    user_id     the account, None for whoever acts with the machine's own authority
    session_id  the session that it came by, if any
    token_id    the token that it came by, if any
    address     from where
    request_id  the request that asked
    """

    name: str
    face: str = "python"
    role: Role = Role.ADMIN
    scopes: tuple[str, ...] | None = None
    user_id: int | None = None
    session_id: int | None = None
    token_id: int | None = None
    address: str | None = None
    request_id: str | None = None


SYSTEM = Actor("system", "engine")
ROTA = Actor("rota", "engine")
