"""Settings that are kept in the database, so that they hold for every process on it."""

from typing import Any

from sqlalchemy import Connection, delete, select

from rota.store import upsert
from rota.store.schema import settings

_s = settings.c

HOLD_ALL = "hold_all"
"""While this is true no node takes anything."""


def all_of(conn: Connection) -> dict[str, Any]:
    """What has been set, by name."""
    return {name: value for name, value in conn.execute(select(_s.name, _s.value))}


def put(conn: Connection, name: str, value: Any) -> None:
    """Set one."""
    written = upsert.insert(conn.dialect.name, settings).values(name=name, value=value)
    conn.execute(
        written.on_conflict_do_update(index_elements=[_s.name], set_={"value": written.excluded.value})
    )


def forget(conn: Connection, name: str) -> None:
    """Back to the default."""
    conn.execute(delete(settings).where(_s.name == name))


def is_held(conn: Connection) -> bool:
    """Whether nothing may start anywhere."""
    return conn.execute(select(_s.value).where(_s.name == HOLD_ALL)).scalar() is True


def keep(conn: Connection, name: str, value: Any) -> Any:
    """Set one that was never set. Returns what it is, also when somebody else was first."""
    conn.execute(
        upsert.insert(conn.dialect.name, settings).values(name=name, value=value).on_conflict_do_nothing()
    )
    return conn.execute(select(_s.value).where(_s.name == name)).scalar_one()
