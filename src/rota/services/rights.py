"""Who may do what, asked where it is done: in the transaction that acts, of the account as it stands then."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from rota.domain.actor import Actor
from rota.domain.clock import Clock
from rota.domain.errors import Denied
from rota.domain.permission import LEAST, Action, may
from rota.store import accounts, audit
from rota.store.accounts import Standing
from rota.store.database import Database

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=30)
"""A session ends when it was not seen for IDLE, and LONGEST after it began whatever happens."""


def permit(conn: Connection, by: Actor, action: Action) -> None:
    """Raises Denied unless `by` may do that now: a role, session or token that was lost meanwhile is lost."""
    if by.user_id is not None:
        standing = accounts.standing(conn, by.user_id, by.session_id, by.token_id)
        if (lost := _lost(standing, by)) or standing is None:
            raise Denied(f'{by.name} may not do "{action}": {lost}', fix="log in again, or use another token")
        by = _as(by, standing)
    if may(by.role, by.scopes, action):
        return
    if may(by.role, None, action):
        scopes = ", ".join(by.scopes or ())
        raise Denied(
            f'{by.name} may not do "{action}" with a token of the scopes {scopes}', fix="use another token"
        )
    needed = f"that needs the role {LEAST[action]}, and the role is {by.role}"
    raise Denied(f'{by.name} may not do "{action}": {needed}', fix="ask an admin")


def _lost(standing: Standing | None, by: Actor, now: datetime | None = None) -> str | None:
    """What the actor has lost since it came in. now: look at what runs out with time too."""
    if standing is None or not standing.is_enabled:
        return "the account is disabled"
    if by.session_id is not None and (not standing.has_session or _timed_out(standing, now)):
        return "the session has ended"
    if by.token_id is not None and (not standing.has_token or standing.token_revoked_at is not None):
        return "the token was revoked"
    if now is not None and standing.token_expires_at is not None and standing.token_expires_at <= now:
        return "the token has expired"
    return None


def _timed_out(standing: Standing, now: datetime | None) -> bool:
    if now is None or standing.session_created_at is None or standing.session_seen_at is None:
        return False
    return is_over(standing.session_created_at, standing.session_seen_at, now)


def is_over(created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session has timed out."""
    return now - created_at >= LONGEST or now - seen_at >= IDLE


def _as(by: Actor, standing: Standing) -> Actor:
    scopes = by.scopes if by.token_id is None else standing.token_scopes
    return replace(by, name=standing.name, role=standing.role, scopes=scopes)


@contextmanager
def acting(db: Database, clock: Clock, by: Actor, action: Action, target: str) -> Iterator[Connection]:
    """A transaction that may write, for an actor who may do that. Raises Denied, which is in the audit log then."""
    try:
        with db.write() as conn:
            permit(conn, by, action)
            yield conn
    except Denied as refusal:
        deny(db, clock, by, action, target, refusal.message)
        raise


def deny(db: Database, clock: Clock, by: Actor, action: str, target: str, reason: str) -> None:
    """Record an attempt that was refused, in a transaction of its own."""
    with db.write() as conn:
        told = {"attempted": str(action)}
        audit.record(conn, by, "denied", target, at=clock.now(), after=told, reason=reason)


class Rights:
    """Asks for what only reads, and for whoever stays connected."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock = db, clock

    def require(self, by: Actor, action: Action, target: str = "") -> None:
        """Raises Denied, recording it, unless `by` may do that now."""
        try:
            with self.db.read() as conn:
                permit(conn, by, action)
        except Denied as refusal:
            deny(self.db, self.clock, by, action, target, refusal.message)
            raise

    def renew(self, by: Actor) -> Actor | None:
        """The actor as it stands now; None when its account, session or token is no longer good."""
        with self.db.read() as conn:
            return renewed(conn, by, self.clock.now())


def renewed(conn: Connection, by: Actor, now: datetime) -> Actor | None:
    """As `Rights.renew`, in the caller's transaction."""
    if by.user_id is None:
        return by
    standing = accounts.standing(conn, by.user_id, by.session_id, by.token_id)
    return None if standing is None or _lost(standing, by, now) else _as(by, standing)
