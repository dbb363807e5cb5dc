"""Tokens. Only the hash of a token's secret is kept: a random secret needs no slow one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from rota.domain.account import Token
from rota.domain.permission import Role
from rota.store.schema import tokens, users

_t, _u = tokens.c, users.c
MOST_ID = 2**63 - 1
_JOINED = select(tokens, _u.name.label("user"), _u.role, _u.disabled_at).join(users, _u.id == _t.user_id)
_BY_ID = _JOINED.where(_t.id == bindparam("token"))
_BY_ID_LOCKED = _BY_ID.with_for_update(of=tokens)


@dataclass(frozen=True, slots=True)
class Found:
    """A token with its owner as it stands."""

    token: Token
    secret_hash: str
    role: Role
    is_enabled: bool


def add(
    conn: Connection, name: str, user_id: int, secret_hash: str, scopes: tuple[str, ...] | None, *, by: str,
    at: datetime, expires_at: datetime | None,
) -> int:  # fmt: skip
    """Write a new token. Returns its id."""
    values: dict[str, Any] = {"name": name, "user_id": user_id, "secret_hash": secret_hash}
    values["scopes"] = None if scopes is None else list(scopes)
    written = insert(tokens).values(**values, created_at=at, created_by=by, expires_at=expires_at)
    token_id: int = conn.execute(written.returning(_t.id)).scalar_one()
    return token_id


def find(conn: Connection, token_id: int, at: datetime, *, lock: bool = False) -> Found | None:
    """The token of that id as it stands at an instant, or None."""
    query = _BY_ID_LOCKED if lock else _BY_ID
    row = conn.execute(query, {"token": min(token_id, MOST_ID)}).one_or_none()
    return None if row is None else _found(row, at)


def listing(conn: Connection, at: datetime, *, user_id: int | None, page: int, size: int) -> list[Token]:
    """One page of the tokens, the newest first: of a user, or of all."""
    query = _JOINED if user_id is None else _JOINED.where(_t.user_id == user_id)
    query = query.order_by(_t.id.desc()).limit(size).offset((page - 1) * size)
    return [_found(row, at).token for row in conn.execute(query)]


def use(conn: Connection, token_id: int, at: datetime) -> None:
    """It was used at that instant."""
    conn.execute(update(tokens).where(_t.id == token_id).values(last_used_at=at))


def revoke(conn: Connection, token_id: int, at: datetime) -> None:
    """It is good for nothing from that instant on."""
    conn.execute(update(tokens).where(_t.id == token_id).values(revoked_at=at))


def _found(row: Row[Any], at: datetime) -> Found:
    columns = row._asdict()
    own = {name: columns[name] for name in Token.model_fields if name in columns}
    is_over = row.expires_at is not None and row.expires_at <= at
    status = "revoked" if row.revoked_at else "expired" if is_over else "active"
    return Found(Token(**own, status=status), row.secret_hash, Role(row.role), row.disabled_at is None)
