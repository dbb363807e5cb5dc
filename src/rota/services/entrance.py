"""Coming in: by a password, and for the first admin by a link that works once."""

from dataclasses import replace
from datetime import timedelta
from typing import NoReturn

from rota.domain.account import User, check_name
from rota.domain.actor import Actor
from rota.domain.errors import Denied
from rota.domain.permission import Role
from rota.services import secret, throttle
from rota.services.accounts import Accounts, add
from rota.services.passwords import check
from rota.store import accounts as table
from rota.store import audit, blocks, links, sessions
from rota.store.accounts import Credentials

FIRST_ADMIN = "first_admin"
VALID = timedelta(hours=1)
ANYBODY = "anonymous"


class Entrance:
    """What may be asked by who is not known yet."""

    def __init__(self, accounts: Accounts) -> None:
        self.accounts, self.db, self.clock = accounts, accounts.db, accounts.clock

    def authenticate(
        self,
        name: str,
        password: str,
        *,
        address: str | None = None,
        face: str = "web",
        request_id: str | None = None,
    ) -> User:
        """The user of that name and password.

        Raises Denied, in the same words and after the same work whatever is wrong; Throttled after several.
        From an address that is blocked nobody comes in.
        """
        by = Actor(ANYBODY, face, Role.VIEWER, address=address, request_id=request_id)
        self._keep_out_blocked(by)
        with self.db.write() as conn:
            found = table.by_name(conn, name)
            known = found is not None and address is not None and sessions.knows(conn, found.user.id, address)
            throttle.begin(conn, name, address, self.clock.now(), known=known)
        fits = self.accounts.passwords.fits(found.password_hash if found else None, password)
        if not fits or found is None or not found.user.is_enabled:
            self._refuse(by, found)
        return self._enter(by, found, password)

    def _keep_out_blocked(self, by: Actor) -> None:
        """Raises Denied for an address that is blocked, whatever the password."""
        now = self.clock.now()
        with self.db.read() as conn:
            is_blocked = by.address is not None and blocks.is_blocked(conn, by.address, now)
        if is_blocked:
            with self.db.write() as conn:
                audit.record(conn, by, "login.blocked", "user:", at=now)
            raise Denied("log-ins from this address are refused", fix="ask an admin", code="blocked")

    def _refuse(self, by: Actor, found: Credentials | None) -> NoReturn:
        """The typed name stays out of the log unless it is a user's: it may be a password."""
        target = f"user:{found.user.name}" if found else "user:"
        with self.db.write() as conn:
            audit.record(conn, by, "login.refused", target, at=self.clock.now())
        raise Denied("the name or the password is wrong", fix="try again", code="bad_credentials")

    def _enter(self, by: Actor, found: Credentials, password: str) -> User:
        """Unless the account was changed while the password was looked at."""
        passwords, kept, user = self.accounts.passwords, found.password_hash, found.user
        renewed = passwords.hash(password) if kept and passwords.is_outdated(kept) else kept
        with self.db.write() as conn:
            again, now = table.find(conn, user.id, lock=True), self.clock.now()
            is_same = again is not None and again.user.is_enabled and again.password_hash == kept
            if is_same:
                table.change(conn, user.id, last_login_at=now, password_hash=renewed)
                throttle.succeed(conn, user.name, by.address, now)
                by = replace(by, name=user.name, role=user.role, user_id=user.id)
                audit.record(conn, by, "login", f"user:{user.name}", at=now)
        if not is_same:
            self._refuse(by, found)
        return self.accounts.get(user.id)

    def first_admin_link(self) -> str | None:
        """A secret that makes its bearer the first admin, within the hour; None when there is a user already."""
        with self.db.read() as conn:
            if table.count(conn):
                return None
        made, now = secret.new(), self.clock.now()
        with self.db.write() as conn:
            links.add(conn, FIRST_ADMIN, secret.kept(made), {}, now, now + VALID)
        return made

    def require_link(self, link: str) -> None:
        """Raises Denied for a link that makes nobody the first admin."""
        with self.db.read() as conn:
            if table.count(conn):
                raise Denied("there is an administrator already", fix="log in", code="bad_link")
            if not links.is_valid(conn, FIRST_ADMIN, secret.kept(link), self.clock.now()):
                raise _no_link()

    def redeem(self, link: str, name: str, password: str, *, address: str | None = None) -> User:
        """Make the first admin. Raises Denied for a link that is none, was used or is too old; Invalid."""
        self.require_link(link)
        check_name(name)
        check(password, name)
        kept = self.accounts.passwords.hash(password)
        with self.db.write() as conn:
            links.lock(conn, FIRST_ADMIN)
            used = links.use(conn, FIRST_ADMIN, secret.kept(link), self.clock.now())
            links.forget(conn, FIRST_ADMIN)
            if used is None or table.count(conn):
                raise _no_link()
            made = add(conn, name, Role.ADMIN, kept, Actor(name, "web", address=address), self.clock)
            table.change(conn, made.id, last_login_at=self.clock.now())
        return self.accounts.get(made.id)


def _no_link() -> Denied:
    fix = "start `rota serve` again for a new one, or use `rota users create NAME --role admin`"
    return Denied("that link is wrong, used up or too old", fix=fix, code="bad_link")
