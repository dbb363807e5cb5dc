"""Users: made, changed, disabled, and the passwords that they log in with."""

from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from rota.domain.account import User, check_name
from rota.domain.actor import Actor
from rota.domain.clock import Clock
from rota.domain.errors import Conflict, Denied, Invalid, unknown
from rota.domain.permission import Action, Role
from rota.services import throttle
from rota.services.passwords import Passwords, check
from rota.services.rights import Rights, acting
from rota.store import accounts as table
from rota.store import audit, sessions
from rota.store.accounts import Credentials
from rota.store.database import Database


def require(conn: Connection, reference: str | int, *, lock: bool = False) -> Credentials:
    """The user of that name or id. Raises NotFound with the names that exist."""
    found = table.find(conn, reference, lock=lock)
    if found is None:
        raise unknown("user", str(reference), table.names(conn))
    return found


class Accounts:
    """The verbs on users."""

    def __init__(self, db: Database, clock: Clock, passwords: Passwords | None = None) -> None:
        self.db, self.clock, self.passwords = db, clock, passwords or Passwords()

    def get(self, reference: str | int) -> User:
        """The user of that name or id. Raises NotFound."""
        with self.db.read() as conn:
            return require(conn, reference).user

    def search(self, *, page: int = 1, size: int = 100) -> list[User]:
        """One page of the users, by name; the first page is 1."""
        with self.db.read() as conn:
            return table.listing(conn, page=page, size=size)

    def count(self) -> int:
        """How many users there are."""
        with self.db.read() as conn:
            return table.count(conn)

    def create(self, name: str, role: Role | str, by: Actor, *, password: str | None = None) -> User:
        """Make a user; without a password it can only own tokens. Raises Invalid, Conflict (name), Denied."""
        action, target = Action.USER_CREATE, f"user:{name[:100]}"
        Rights(self.db, self.clock).require(by, action, target)
        wanted = _role(role)
        check_name(name)
        kept = None if password is None else self._hashed(password, name)
        with acting(self.db, self.clock, by, action, target) as conn:
            return add(conn, name, wanted, kept, by, self.clock)

    def _hashed(self, password: str, name: str) -> str:
        check(password, name)
        return self.passwords.hash(password)

    def disable(self, reference: str | int, by: Actor) -> User:
        """Let nobody in by that account: sessions end, tokens are good for nothing. Raises Conflict (last admin)."""
        with self._acting(by, Action.USER_DISABLE, reference) as conn:
            user = _lock_sparing_last_admin(conn, reference)
            if user.is_enabled:
                table.change(conn, user.id, disabled_at=self.clock.now())
                sessions.end_all(conn, user.id)
                self._record(conn, by, "user.disable", user)
            return require(conn, user.id).user

    def enable(self, reference: str | int, by: Actor) -> User:
        """Let the account in again; its tokens that were not revoked are good again. Raises NotFound."""
        with self._acting(by, Action.USER_ENABLE, reference) as conn:
            user = require(conn, reference, lock=True).user
            if not user.is_enabled:
                table.change(conn, user.id, disabled_at=None)
                self._record(conn, by, "user.enable", user)
            return require(conn, user.id).user

    def set_role(self, reference: str | int, role: Role | str, by: Actor) -> User:
        """Give a user another role; what it does from now on is judged by it. Raises Conflict (last admin)."""
        wanted = _role(role)
        with self._acting(by, Action.USER_SET_ROLE, reference) as conn:
            if wanted is Role.ADMIN:
                user = require(conn, reference, lock=True).user
            else:
                user = _lock_sparing_last_admin(conn, reference)
            if wanted is not user.role:
                table.change(conn, user.id, role=wanted.value)
                details = {"before": {"role": user.role.value}, "after": {"role": wanted.value}}
                self._record(conn, by, "user.set_role", user, **details)
            return require(conn, user.id).user

    def set_password(self, reference: str | int, password: str, by: Actor) -> User:
        """Give a user another password; its sessions end. Raises NotFound, Invalid."""
        Rights(self.db, self.clock).require(by, Action.USER_SET_PASSWORD, f"user:{reference}")
        kept = self._hashed(password, self.get(reference).name)
        with self._acting(by, Action.USER_SET_PASSWORD, reference) as conn:
            return self._set(conn, require(conn, reference, lock=True), kept, by)

    def change_password(self, current: str, new: str, by: Actor) -> User:
        """Change one's own; every session ends, the present one too.

        Raises Denied for a wrong current one, Throttled after several, Conflict for who has no account.
        """
        if by.user_id is None:
            raise Conflict(
                "whoever acts without an account has no password", fix="use `rota users set-password`"
            )
        with self._acting(by, Action.ME_PASSWORD, by.user_id) as conn:
            found, now = require(conn, by.user_id), self.clock.now()
            throttle.begin(conn, found.user.name, by.address, now, known=False)
        if not self.passwords.fits(found.password_hash, current):
            raise Denied(
                "the current password is wrong", fix="try again", field="current", code="bad_credentials"
            )
        kept = self._hashed(new, found.user.name)
        with self._acting(by, Action.ME_PASSWORD, by.user_id) as conn:
            again = require(conn, by.user_id, lock=True)
            throttle.succeed(conn, found.user.name, by.address, self.clock.now())
            return self._set(conn, again, kept, by)

    def _set(self, conn: Connection, found: Credentials, kept: str, by: Actor) -> User:
        now, user = self.clock.now(), found.user
        table.change(conn, user.id, password_hash=kept, password_changed_at=now)
        throttle.forgive(conn, user.name, now)
        ended = sessions.end_all(conn, user.id)
        self._record(conn, by, "user.set_password", user, after={"sessions_ended": ended})
        return require(conn, user.id).user

    def _acting(self, by: Actor, action: Action, reference: str | int) -> AbstractContextManager[Connection]:
        return acting(self.db, self.clock, by, action, f"user:{str(reference)[:100]}")

    def _record(self, conn: Connection, by: Actor, action: str, user: User, **details: Any) -> None:
        audit.record(conn, by, action, f"user:{user.name}", at=self.clock.now(), **details)


def add(conn: Connection, name: str, role: Role, kept: str | None, by: Actor, clock: Clock) -> User:
    """Write a new user in the caller's transaction, who has checked the name. Raises Conflict when it is taken."""
    now = clock.now()
    try:
        with conn.begin_nested():
            user_id = table.add(conn, name, role, kept, by=by.name, at=now)
    except IntegrityError as error:
        raise Conflict(
            f'there is a user named "{name}" already',
            fix="choose another name",
            field="name",
            code="name_taken",
        ) from error
    told = {"role": role.value, "password": kept is not None}
    audit.record(conn, by, "user.create", f"user:{name}", at=now, after=told)
    return require(conn, user_id).user


def _role(role: Role | str) -> Role:
    try:
        return Role(role)
    except ValueError as error:
        known = ", ".join(Role)
        raise Invalid(f'there is no role "{role}"', fix=f"use one of {known}", field="role") from error


def _lock_sparing_last_admin(conn: Connection, reference: str | int) -> User:
    """The user, locked, who may lose its power. All admins are locked first, so that no two of them go at once."""
    admins = table.lock_admins(conn)
    user = require(conn, reference, lock=True).user
    if admins == [user.id]:
        raise Conflict(
            f'"{user.name}" is the last admin', fix="make somebody else an admin first", code="last_admin"
        )
    return user
