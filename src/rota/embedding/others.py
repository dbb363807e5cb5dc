"""`rota.tasks`, `nodes`, `audit`, `config`, `users` and `tokens`: the verbs on everything else."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeAlias

from rota.app import Rota as Product
from rota.domain.account import Token, User
from rota.domain.permission import Role
from rota.embedding.asking import By, actor
from rota.services.auditing import Verified
from rota.services.configuration import Value
from rota.services.presence import Seen
from rota.services.tokens import Created
from rota.store.audit import Entry, Filter

Tasks_: TypeAlias = list[dict[str, Any]]
Nodes_: TypeAlias = list[Seen]
Entries: TypeAlias = list[Entry]
Values: TypeAlias = list[Value]
Users_: TypeAlias = list[User]
Tokens_: TypeAlias = list[Token]


class Tasks:
    """What jobs can run, as nodes have published it."""

    def __init__(self, product: Product) -> None:
        self._product = product

    def list(self) -> Tasks_:
        """Every task by name, with the JSON Schema of its arguments and `nodes`: how many live ones know it."""
        return self._product.catalogue.tasks()

    def get(self, name: str) -> dict[str, Any]:
        """One task, with `known_by` (live nodes) and `jobs` (names). Raises NotFound."""
        return self._product.catalogue.task(name)


class Nodes:
    """The processes that schedule and run."""

    def __init__(self, product: Product) -> None:
        self._product = product

    def list(self) -> Nodes_:
        """Those that have not said goodbye, and how long each has been silent."""
        return self._product.presence.nodes()


class Audit:
    """Who did what."""

    def __init__(self, product: Product) -> None:
        self._product = product

    def list(
        self,
        *,
        actor: str | None = None,
        target: str | None = None,
        before: int | None = None,
        size: int = 50,
    ) -> Entries:
        """The newest rows that match. before: only those older than the row of that id"""
        wanted = Filter(actor=actor, target=target, before_id=before)
        return self._product.auditing.search(wanted, size=size)

    def verify(self) -> Verified:
        """Whether every sealed row is there, in its place, as it was sealed."""
        return self._product.auditing.verify()


class Config:
    """The settings that the database keeps and that hold for all nodes."""

    def __init__(self, product: Product) -> None:
        self._product = product

    def list(self) -> Values:
        """Each as it holds, and where it comes from."""
        return self._product.configuration.values()

    def set(self, name: str, value: object, *, by: By = None) -> Value:
        """Set one; None: back to the default. Raises Invalid, and Conflict when the environment locks it."""
        text = None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        return self._product.configuration.set(name, text, actor(by))


class Users:
    """The accounts of rota itself. Those of the host application need none: see `mount`."""

    def __init__(self, product: Product) -> None:
        self._product = product

    def list(self, *, page: int = 1, size: int = 100) -> Users_:
        """One page of the users, by name."""
        return self._product.accounts.search(page=page, size=size)

    def create(self, name: str, role: Role | str, *, password: str | None = None, by: By = None) -> User:
        """Make a user; without a password it can only own tokens."""
        return self._product.accounts.create(name, role, actor(by), password=password)

    def disable(self, user: str | int, *, by: By = None) -> User:
        """Let nobody in by that account any more."""
        return self._product.accounts.disable(user, actor(by))


class Tokens:
    """What programs show."""

    def __init__(self, product: Product) -> None:
        self._product = product

    def list(self, *, user: str | int | None = None, page: int = 1, size: int = 100) -> Tokens_:
        """One page of the tokens, the newest first: of a user, or of all."""
        return self._product.tokens.search(user=user, page=page, size=size)

    def create(
        self, name: str, user: str | int, *, scopes: Iterable[str] = (), expires_at: datetime | None = None,
        by: By = None,
    ) -> Created:  # fmt: skip
        """Make a token; its `text` is what the program shows, and cannot be had again."""
        return self._product.tokens.create(name, user, actor(by), scopes=scopes, expires_at=expires_at)

    def revoke(self, token_id: int, *, by: By = None) -> Token:
        """Make a token good for nothing, at once."""
        return self._product.tokens.revoke(token_id, actor(by))
