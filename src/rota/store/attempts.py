"""Attempts to log in that failed, counted by what they have in common; the same for every node."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, delete, select, update

from rota.store import upsert
from rota.store.schema import login_failures

_f = login_failures.c


@dataclass(frozen=True, slots=True)
class Failures:
    """How often in a row, and until when no further attempt is looked at."""

    failures: int
    until: datetime


def lock(conn: Connection, keys: list[str], at: datetime, forgotten: datetime) -> dict[str, Failures]:
    """What is known of the keys, locked; those that were last tried before `forgotten` begin anew."""
    conn.execute(delete(login_failures).where(_f.last_at < forgotten))
    # Rows are made first and locked in order, so that a crowd of first attempts is counted one by one.
    new = [{"key": key, "failures": 0, "last_at": at, "until": at} for key in sorted(keys)]
    conn.execute(upsert.insert(conn.dialect.name, login_failures).values(new).on_conflict_do_nothing())
    query = select(login_failures).where(_f.key.in_(keys)).order_by(_f.key).with_for_update()
    return {row.key: Failures(row.failures, row.until) for row in conn.execute(query)}


def until(conn: Connection, key: str) -> datetime | None:
    """Until when no attempt under that key is looked at; None when nothing is known of it."""
    found: datetime | None = conn.execute(select(_f.until).where(_f.key == key)).scalar_one_or_none()
    return found


def count(conn: Connection, found: Mapping[str, Failures], at: datetime) -> None:
    """Write how the keys stand now."""
    for key, one in found.items():
        changed = update(login_failures).where(_f.key == key)
        conn.execute(changed.values(failures=one.failures, until=one.until, last_at=at))


def forgive(conn: Connection, key: str, at: datetime, *, one: bool = False) -> None:
    """Forget the failures of a key, or only the last one of them."""
    changed = update(login_failures).where(_f.key == key)
    fewer = case((_f.failures > 0, _f.failures - 1), else_=0)
    conn.execute(changed.values(failures=fewer if one else 0, until=at))
