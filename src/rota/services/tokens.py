"""Tokens: made, looked up by every request of a program, revoked."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from rota.domain.account import Token, User
from rota.domain.actor import Actor
from rota.domain.clock import Clock
from rota.domain.errors import Conflict, Invalid, NotFound, unknown
from rota.domain.permission import Action, Role, beyond, known_scopes
from rota.services import secret, throttle
from rota.services.accounts import require
from rota.services.rights import acting
from rota.store import audit
from rota.store import tokens as table
from rota.store.database import Database
from rota.store.tokens import Found

PREFIX = "rota"
USED_EVERY = timedelta(minutes=1)
"""A token's last use is written at most so often."""

ANYBODY = "anonymous"
NOBODY = secret.kept("")
"""What a secret is compared with where there is no token."""


@dataclass(frozen=True, slots=True)
class Created:
    """A new token. text: what the program shows; it cannot be had again."""

    token: Token
    text: str


class Tokens:
    """The verbs on tokens."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock = db, clock

    def create(
        self,
        name: str,
        user: str | int,
        by: Actor,
        *,
        scopes: Iterable[str] = (),
        expires_at: datetime | None = None,
    ) -> Created:
        """Make a token for a user: for oneself, or as an admin for anybody.

        scopes  roles, nouns or actions that it is restricted to; none: to what the user may
        Raises NotFound (user), Invalid (name, scopes, expiry), Denied.
        """
        with self.db.read() as conn:
            owner = require(conn, user).user
        action = Action.TOKEN_OWN if by.user_id == owner.id else Action.TOKEN_CREATE
        with acting(self.db, self.clock, by, action, f"user:{owner.name}") as conn:
            owner, now = require(conn, owner.id, lock=True).user, self.clock.now()
            expires_at = _expiry(conn, expires_at, by, now)
            _check(name, owner, expires_at, now)
            kept = _scopes(scopes, owner, by)
            made = secret.new()
            token_id = table.add(
                conn, name, owner.id, secret.kept(made), kept, by=by.name, at=now, expires_at=expires_at
            )
            token = _require(conn, token_id, now).token
            self._record(conn, by, "token.create", token)
        return Created(token, f"{PREFIX}_{token_id}_{made}")

    def get(self, token_id: int) -> Token:
        """The token of that id. Raises NotFound."""
        with self.db.read() as conn:
            return _require(conn, token_id, self.clock.now()).token

    def search(self, *, user: str | int | None = None, page: int = 1, size: int = 100) -> list[Token]:
        """One page of the tokens, the newest first: of a user, or of all. Raises NotFound (user)."""
        with self.db.read() as conn:
            user_id = None if user is None else require(conn, user).user.id
            return table.listing(conn, self.clock.now(), user_id=user_id, page=page, size=size)

    def revoke(self, token_id: int, by: Actor) -> Token:
        """Make a token good for nothing, at once: one's own, or as an admin anybody's. Raises NotFound, Denied."""
        owner = self.get(token_id).user_id
        action = Action.TOKEN_OWN if by.user_id == owner else Action.TOKEN_REVOKE
        with acting(self.db, self.clock, by, action, f"token:{token_id}") as conn:
            now = self.clock.now()
            token = _require(conn, token_id, now, lock=True).token
            if token.revoked_at is None:
                table.revoke(conn, token_id, now)
                self._record(conn, by, "token.revoke", token)
            return _require(conn, token_id, now).token

    def lookup(
        self, text: str, *, address: str | None = None, request_id: str | None = None, face: str = "api"
    ) -> Actor | None:
        """Who comes with that token; None when it is none, expired, revoked, or its user disabled.

        Raises Throttled after many of those from one address.
        """
        found = self._holder(text, self.clock.now())
        if found is None:
            self._stumble(address, request_id, face)
            return None
        token = found.token
        return Actor(
            token.user, face, found.role, token.scopes, user_id=token.user_id, token_id=token.id, address=address,
            request_id=request_id,
        )  # fmt: skip

    def _stumble(self, address: str | None, request_id: str | None, face: str) -> None:
        """Count and record it, as long as the address need not wait; while it has to, nothing is written."""
        if address is None:
            return
        now, by = self.clock.now(), Actor(ANYBODY, face, Role.VIEWER, address=address, request_id=request_id)
        with self.db.read() as conn:
            throttle.require_no_wait(conn, address, now)
        with self.db.write() as conn:
            throttle.stumble(conn, address, now)
            audit.record(conn, by, "token.refused", "token:", at=now)

    def _holder(self, text: str, now: datetime) -> Found | None:
        """The token of that text, if it is good now."""
        prefix, _, rest = text.partition("_")
        number, _, given = rest.partition("_")
        if prefix != PREFIX or not number.isascii() or not number.isdigit() or len(number) > 18:
            return None
        with self.db.read() as conn:
            found = table.find(conn, int(number), now)
        fits = hmac.compare_digest(found.secret_hash if found else NOBODY, secret.kept(given))
        if not fits or found is None or not found.is_enabled or found.token.status != "active":
            return None
        token = found.token
        if token.last_used_at is None or now - token.last_used_at >= USED_EVERY:
            with self.db.write() as conn:
                table.use(conn, token.id, now)
        return found

    def _record(self, conn: Connection, by: Actor, action: str, token: Token) -> None:
        told = token.model_dump(mode="json", include={"name", "user", "scopes", "expires_at"})
        audit.record(conn, by, action, f"token:{token.id}", at=self.clock.now(), after=told)


def _require(conn: Connection, token_id: int, now: datetime, *, lock: bool = False) -> Found:
    found = table.find(conn, token_id, now, lock=lock)
    if found is None:
        raise NotFound(f"no token {token_id}", fix="see `rota tokens list`")
    return found


def _check(name: str, owner: User, expires_at: datetime | None, now: datetime) -> None:
    if not name.strip() or len(name) > 100 or not name.isprintable():
        fix = "say in 1 to 100 printable characters what it is for"
        raise Invalid("that cannot be the name of a token", fix=fix, field="name")
    if not owner.is_enabled:
        raise Conflict(f'user "{owner.name}" is disabled', fix="enable it first", code="disabled")
    if expires_at is not None and expires_at <= now:
        raise Invalid("the token would have expired already", fix="give a later time", field="expires_at")


def _expiry(conn: Connection, given: datetime | None, by: Actor, now: datetime) -> datetime | None:
    """When a new token ends. One that a token makes never outlives it: whoever stole that would have it for good."""
    maker = None if by.token_id is None else table.find(conn, by.token_id, now)
    latest = None if maker is None else maker.token.expires_at
    if latest is not None and given is not None and given > latest:
        problem = "a token cannot make one that outlives it"
        raise Invalid(problem, fix=f"log in, or end it by {latest.isoformat()}", field="expires_at")
    return latest if given is None else given


def _scopes(given: Iterable[str], owner: User, by: Actor) -> tuple[str, ...] | None:
    """None where nothing restricts. A token never makes one that may do more than itself."""
    scopes = tuple(dict.fromkeys(given))
    for scope in scopes:
        if scope not in known_scopes():
            raise Invalid(
                f'there is no scope "{scope}"',
                fix=unknown("scope", scope, known_scopes()).fix,
                field="scopes",
            )
        if over := beyond(owner.role, scope):
            problem = f'scope "{scope}" covers {over[0]}, which {owner.name} ({owner.role}) may not do'
            raise Invalid(problem, fix=f'use "{owner.role}", or single actions', field="scopes")
    if by.token_id is not None and by.scopes is not None and not set(scopes) <= set(by.scopes):
        raise Invalid(
            "a token cannot make one that may do more", fix="log in, or use its scopes", field="scopes"
        )
    return scopes or (by.scopes if by.token_id is not None else None)
