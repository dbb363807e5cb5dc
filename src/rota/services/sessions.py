"""Sessions: begun at a log-in, looked up by every request, ended; and tickets for what cannot send a cookie."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import Connection

from rota.domain.account import User
from rota.domain.actor import Actor
from rota.domain.clock import Clock
from rota.domain.errors import Denied, NotFound
from rota.domain.permission import Action, Role
from rota.services import secret
from rota.services.accounts import require
from rota.services.rights import IDLE, LONGEST, acting, is_over, renewed
from rota.store import audit, links, settings
from rota.store import sessions as table
from rota.store.database import Database
from rota.store.sessions import Found, Session

SEEN_EVERY = timedelta(minutes=1)
"""A session's last use is written at most so often."""

TICKET, TICKET_VALID = "ticket", timedelta(seconds=30)
CSRF_KEY = "csrf_key"
"""The setting that keeps this installation's key."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A new session. secret: what the cookie holds; csrf: what every change has to send beside it."""

    session_id: int
    secret: str
    csrf: str
    expires_at: datetime


class Sessions:
    """The verbs on sessions."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock = db, clock

    def begin(self, user: User, *, address: str | None = None, agent: str = "") -> Begun:
        """A session with a new secret for a user who has just shown a password. Raises Denied when it was disabled."""
        made, now = secret.new(), self.clock.now()
        with self.db.write() as conn:
            if not require(conn, user.id, lock=True).user.is_enabled:
                raise Denied(f"the account {user.name} is disabled", fix="ask an admin")
            table.forget(conn, now - LONGEST, now - IDLE)
            told = agent.replace("\0", "")[:200]
            session_id = table.add(conn, user.id, secret.kept(made), at=now, address=address, agent=told)
        return Begun(session_id, made, self.csrf(made), now + LONGEST)

    def lookup(
        self, given: str, *, address: str | None = None, request_id: str | None = None, face: str = "web"
    ) -> Actor | None:
        """Who comes with that secret; None when the session has ended, timed out, or its user is disabled."""
        now = self.clock.now()
        with self.db.read() as conn:
            found = table.find(conn, secret.kept(given))
        if found is None or not found.is_enabled:
            return None
        session = found.session
        if is_over(session.created_at, session.seen_at, now):
            return None
        if now - session.seen_at >= SEEN_EVERY:
            with self.db.write() as conn:
                table.see(conn, session.id, now)
        return _actor(found, face, address, request_id)

    @cached_property
    def _key(self) -> bytes:
        with self.db.read() as conn:
            kept = settings.all_of(conn).get(CSRF_KEY)
        if kept is None:
            with self.db.write() as conn:
                kept = settings.keep(conn, CSRF_KEY, secret.new())
        return bytes.fromhex(kept)

    def key_for(self, purpose: str) -> bytes:
        """A key of 32 bytes of this installation, for one purpose."""
        return hmac.new(self._key, f"key:{purpose}".encode(), hashlib.sha256).digest()

    def csrf(self, given: str) -> str:
        """The token that a change by that session has to send in a header or a field."""
        return hmac.new(self._key, b"csrf:" + secret.kept(given).encode(), hashlib.sha256).hexdigest()

    def csrf_fits(self, given: str, token: str | None) -> bool:
        """Whether that is the token of that session."""
        if token is None or not token.isascii():
            return False
        return hmac.compare_digest(self.csrf(given), token)

    def end(self, given: str, by: Actor) -> bool:
        """End the session of that secret: its bearer logs out. Returns whether there was one."""
        with self.db.write() as conn:
            found = table.find(conn, secret.kept(given))
            if found is None:
                return False
            table.end(conn, found.session.id)
            audit.record(conn, by, "logout", f"user:{found.name}", at=self.clock.now())
        return True

    def of(self, user_id: int) -> list[Session]:
        """The sessions of a user, the one last seen first; those that have timed out are not among them."""
        now = self.clock.now()
        with self.db.read() as conn:
            found = table.of(conn, user_id)
        return [one for one in found if not is_over(one.created_at, one.seen_at, now)]

    def end_one(self, session_id: int, by: Actor) -> None:
        """End a session by its id: one's own, or as an admin anybody's. Raises NotFound, Denied."""
        with self.db.read() as conn:
            owner = table.owner(conn, session_id)
        if owner is None:
            raise NotFound(f"no session {session_id}", fix="it may have ended already")
        with acting(self.db, self.clock, by, _ending(owner, by), f"session:{session_id}") as conn:
            if table.end(conn, session_id):
                self._record(conn, by, f"session:{session_id}", 1)

    def end_all(self, reference: str | int, by: Actor) -> int:
        """End all sessions of a user: one's own, or as an admin anybody's. Returns how many. Raises as `end_one`."""
        with self.db.read() as conn:
            user = require(conn, reference).user
        with acting(self.db, self.clock, by, _ending(user.id, by), f"user:{user.name}") as conn:
            ended = table.end_all(conn, user.id)
            if ended:
                self._record(conn, by, f"user:{user.name}", ended)
            return ended

    def _record(self, conn: Connection, by: Actor, target: str, ended: int) -> None:
        audit.record(conn, by, "session.end", target, at=self.clock.now(), after={"ended": ended})

    def ticket(self, by: Actor) -> str:
        """A secret that lets `by` in once more within 30 s, for a WebSocket, whose address may be logged."""
        made, now = secret.new(), self.clock.now()
        told = {
            name: getattr(by, name)
            for name in ("name", "role", "scopes", "user_id", "session_id", "token_id")
        }
        with self.db.write() as conn:
            links.add(conn, TICKET, secret.kept(made), told, now, now + TICKET_VALID)
        return made

    def admit(
        self, ticket: str, *, address: str | None = None, request_id: str | None = None, face: str = "web"
    ) -> Actor | None:
        """Whose ticket it is, as they stand now; None when it is none, too old or used."""
        with self.db.write() as conn:
            told = links.use(conn, TICKET, secret.kept(ticket), self.clock.now())
            if told is None:
                return None
            scopes = None if told["scopes"] is None else tuple(told["scopes"])
            given = told | {"role": Role(told["role"]), "scopes": scopes}
            by = Actor(**given, face=face, address=address, request_id=request_id)
            return renewed(conn, by, self.clock.now())


def _ending(owner: int, by: Actor) -> Action:
    return Action.SESSION_OWN if by.user_id == owner else Action.SESSION_END


def _actor(found: Found, face: str, address: str | None, request_id: str | None) -> Actor:
    session = found.session
    return Actor(
        found.name, face, found.role, user_id=session.user_id, session_id=session.id, address=address,
        request_id=request_id,
    )  # fmt: skip
