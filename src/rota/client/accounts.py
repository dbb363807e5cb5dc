"""Users and tokens through a server."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rota.client.wire import Wire, instant, known
from rota.domain.account import NAME, Token, User
from rota.domain.actor import Actor
from rota.domain.errors import RotaError, unknown
from rota.domain.permission import Role
from rota.services.tokens import Created


class Accounts:
    """The verbs of `services.accounts.Accounts`."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def get(self, reference: str | int) -> User:
        """The user of that name or id. Raises NotFound."""
        return self.wire.model(User, self.wire.get("users", self._named(reference)))

    def _named(self, reference: str | int) -> str:
        def nothing() -> RotaError:
            return unknown("user", str(reference), [user.name for user in self.search(size=1000)])

        return known(reference, NAME.pattern, nothing)

    def search(self, *, page: int = 1, size: int = 100) -> list[User]:
        """One page of the users, by name; the first page is 1."""
        return [self.wire.model(User, one) for one in self.wire.window("users", page=page, size=size)]

    def create(self, name: str, role: Role | str, by: Actor, *, password: str | None = None) -> User:
        """Make a user. Raises Invalid, Conflict (name), Denied."""
        body = {"name": name, "role": str(role), "password": password}
        return self.wire.model(User, self.wire.ask("POST", "users", body=body))

    def disable(self, reference: str | int, by: Actor) -> User:
        """Let nobody in by that account. Raises Conflict (last admin)."""
        return self._change(reference, is_enabled=False)

    def enable(self, reference: str | int, by: Actor) -> User:
        """Let the account in again."""
        return self._change(reference, is_enabled=True)

    def set_role(self, reference: str | int, role: Role | str, by: Actor) -> User:
        """Give a user another role. Raises Conflict (last admin)."""
        return self._change(reference, role=str(role))

    def set_password(self, reference: str | int, password: str, by: Actor) -> User:
        """Give a user another password; its sessions end. Raises Invalid."""
        return self._change(reference, password=password)

    def _change(self, reference: str | int, **body: Any) -> User:
        return self.wire.model(User, self.wire.ask("PATCH", "users", self._named(reference), body=body))


class Tokens:
    """The verbs of `services.tokens.Tokens`."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def create(
        self,
        name: str,
        user: str | int,
        by: Actor,
        *,
        scopes: Iterable[str] = (),
        expires_at: datetime | None = None,
    ) -> Created:
        """Make a token for a user. Raises NotFound (user), Invalid (name, scopes, expiry), Denied."""
        body = {"name": name, "user": str(user), "scopes": list(scopes), "expires_at": instant(expires_at)}
        made = self.wire.ask("POST", "tokens", body=body)
        with self.wire.reading():
            return Created(self._token(made["token"]), made["secret"])

    def search(self, *, user: str | int | None = None, page: int = 1, size: int = 100) -> list[Token]:
        """One page of the tokens, the newest first: of a user, or of all. Raises NotFound (user)."""
        found = self.wire.window("tokens", page=page, size=size, user=user)
        return [self._token(one) for one in found]

    def revoke(self, token_id: int, by: Actor) -> Token:
        """Make a token good for nothing, at once. Raises NotFound."""
        return self._token(self.wire.ask("DELETE", "tokens", token_id))

    def _token(self, data: Any) -> Token:
        return self.wire.model(Token, data)
