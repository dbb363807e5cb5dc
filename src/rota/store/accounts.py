"""Users, and how somebody who came by a session or a token stands now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, select, update

from rota.domain.account import User
from rota.domain.permission import Role
from rota.store.schema import sessions, tokens, users

_u, _s, _t = users.c, sessions.c, tokens.c
MOST_ID = 2**63 - 1
_STANDING = (
    select(
        _u.name, _u.role, _u.disabled_at, _s.id.label("session"), _s.created_at, _s.seen_at, _t.id.label("token"),
        _t.scopes, _t.expires_at, _t.revoked_at,
    )
    .outerjoin(sessions, and_(_s.user_id == _u.id, _s.id == bindparam("session")))
    .outerjoin(tokens, and_(_t.user_id == _u.id, _t.id == bindparam("token")))
    .where(_u.id == bindparam("user"))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user with what a password is held against. password_hash None: no password opens the account.

    subject  who that is at the provider of the single sign-on, None for nobody there
    """

    user: User
    password_hash: str | None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a user, and the session or token that somebody came by, stand now; what is not there is None."""

    name: str
    role: Role
    is_enabled: bool
    has_session: bool
    session_created_at: datetime | None
    session_seen_at: datetime | None
    has_token: bool
    token_scopes: tuple[str, ...] | None
    token_expires_at: datetime | None
    token_revoked_at: datetime | None


def add(conn: Connection, name: str, role: Role, password_hash: str | None, *, by: str, at: datetime) -> int:
    """Write a new user. Raises IntegrityError when the name is taken, whatever its case."""
    values = {"name": name, "name_key": name.lower(), "role": role.value, "password_hash": password_hash}
    changed = at if password_hash else None
    written = insert(users).values(**values, password_changed_at=changed, created_at=at, created_by=by)
    user_id: int = conn.execute(written.returning(_u.id)).scalar_one()
    return user_id


def change(conn: Connection, user_id: int, **values: Any) -> None:
    """Set columns of a user."""
    conn.execute(update(users).where(_u.id == user_id).values(**values))


def find(conn: Connection, reference: str | int, *, lock: bool = False) -> Credentials | None:
    """The user of that name (in whatever case) or id, or None."""
    if isinstance(reference, int) or (reference.isascii() and reference.isdigit()):
        named = _u.id == min(int(reference), MOST_ID)
    else:
        named = _u.name_key == reference.lower()
    query = select(users).where(named)
    row = conn.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _credentials(row)


def by_name(conn: Connection, name: str) -> Credentials | None:
    """The user of that name, in whatever case, also of one that is a number."""
    row = conn.execute(select(users).where(_u.name_key == name.lower())).one_or_none()
    return None if row is None else _credentials(row)


def by_subject(conn: Connection, subject: str, *, lock: bool = False) -> Credentials | None:
    """The user who is that one at the provider of the single sign-on, or None."""
    query = select(users).where(_u.subject == subject)
    row = conn.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _credentials(row)


def listing(conn: Connection, *, page: int, size: int) -> list[User]:
    """One page of the users, by name."""
    query = select(users).order_by(_u.name_key).limit(size).offset((page - 1) * size)
    return [_credentials(row).user for row in conn.execute(query)]


def count(conn: Connection) -> int:
    """How many users there are."""
    return conn.execute(select(func.count()).select_from(users)).scalar_one()


def names(conn: Connection, most: int = 1000) -> list[str]:
    """The names of the first `most` users."""
    return list(conn.execute(select(_u.name).order_by(_u.name_key).limit(most)).scalars())


def lock_admins(conn: Connection) -> list[int]:
    """The ids of the enabled admins, locked, so that no two of them go at once."""
    able = (_u.role == Role.ADMIN.value, _u.disabled_at.is_(None))
    return list(conn.execute(select(_u.id).where(*able).order_by(_u.id).with_for_update()).scalars())


def standing(conn: Connection, user_id: int, session_id: int | None, token_id: int | None) -> Standing | None:
    """How a user and the session or token stand now; None when there is no such user."""
    given = {"user": user_id, "session": session_id or 0, "token": token_id or 0}
    row = conn.execute(_STANDING, given).one_or_none()
    if row is None:
        return None
    return Standing(
        row.name,
        Role(row.role),
        row.disabled_at is None,
        row.session is not None,
        row.created_at,
        row.seen_at,
        row.token is not None,
        None if row.scopes is None else tuple(row.scopes),
        row.expires_at,
        row.revoked_at,
    )


def _credentials(row: Row[Any]) -> Credentials:
    columns = row._asdict()
    own = {name: columns[name] for name in User.model_fields if name in columns}
    user = User(**own, is_enabled=row.disabled_at is None, has_password=row.password_hash is not None)
    return Credentials(user, row.password_hash, row.subject)
