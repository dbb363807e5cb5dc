"""Sessions: who is logged in, since when, and when last seen. Only the hash of a session's secret is kept."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from rota.domain.permission import Role
from rota.store.schema import sessions, users

_s, _u = sessions.c, users.c


@dataclass(frozen=True, slots=True)
class Session:
    """One log-in. agent: what the browser calls itself."""

    id: int
    user_id: int
    created_at: datetime
    seen_at: datetime
    address: str | None
    agent: str


@dataclass(frozen=True, slots=True)
class Found:
    """A session with its user as it stands."""

    session: Session
    name: str
    role: Role
    is_enabled: bool


_COLUMNS = tuple(_s[name] for name in Session.__dataclass_fields__)


def add(
    conn: Connection, user_id: int, secret_hash: str, *, at: datetime, address: str | None, agent: str
) -> int:
    """Write a new session. Returns its id."""
    values = {"user_id": user_id, "secret_hash": secret_hash, "created_at": at, "seen_at": at}
    written = insert(sessions).values(**values, address=address, agent=agent).returning(_s.id)
    session_id: int = conn.execute(written).scalar_one()
    return session_id


def find(conn: Connection, secret_hash: str) -> Found | None:
    """The session of that secret, or None."""
    query = select(*_COLUMNS, _u.name, _u.role, _u.disabled_at).join(users, _u.id == _s.user_id)
    row = conn.execute(query.where(_s.secret_hash == secret_hash)).one_or_none()
    if row is None:
        return None
    *own, name, role, disabled_at = row
    return Found(Session(*own), name, Role(role), disabled_at is None)


def see(conn: Connection, session_id: int, at: datetime) -> None:
    """It was seen at that instant."""
    conn.execute(update(sessions).where(_s.id == session_id).values(seen_at=at))


def of(conn: Connection, user_id: int) -> list[Session]:
    """The sessions of a user, the one last seen first."""
    query = select(*_COLUMNS).where(_s.user_id == user_id).order_by(_s.seen_at.desc(), _s.id.desc())
    return [Session(*row) for row in conn.execute(query)]


def owner(conn: Connection, session_id: int) -> int | None:
    """Whose session it is; None when there is no such one."""
    return conn.execute(select(_s.user_id).where(_s.id == session_id)).scalar()


def knows(conn: Connection, user_id: int, address: str) -> bool:
    """Whether the user is logged in from that address."""
    known = select(_s.id).where(_s.user_id == user_id, _s.address == address).limit(1)
    return conn.execute(known).first() is not None


def end(conn: Connection, session_id: int) -> bool:
    """End one. Returns whether there was one."""
    return conn.execute(delete(sessions).where(_s.id == session_id)).rowcount > 0


def end_all(conn: Connection, user_id: int) -> int:
    """End all of a user. Returns how many."""
    return conn.execute(delete(sessions).where(_s.user_id == user_id)).rowcount


def count_old(conn: Connection, seen_by: datetime) -> int:
    """How many were last seen at that instant or before."""
    return int(
        conn.execute(select(func.count()).select_from(sessions).where(_s.seen_at <= seen_by)).scalar_one()
    )


def forget(conn: Connection, created_by: datetime, seen_by: datetime) -> int:
    """Delete what was begun, or last seen, at these instants or before. Returns how many."""
    old = or_(_s.created_at <= created_by, _s.seen_at <= seen_by)
    return conn.execute(delete(sessions).where(old)).rowcount
