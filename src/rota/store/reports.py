"""Reports that were made."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from rota.store import upsert
from rota.store.schema import reports

_r = reports.c


@dataclass(frozen=True, slots=True)
class Report:
    """One report. html, text: empty in a list"""

    id: int
    kind: str
    begins_at: datetime
    ends_at: datetime
    title: str
    html: str
    text: str
    created_at: datetime


def keep(conn: Connection, values: dict[str, Any]) -> int:
    """Keep one, in place of an earlier one of the same time. Returns its id."""
    made = upsert.insert(conn.dialect.name, reports).values(values)
    changed = {name: value for name, value in values.items() if name not in ("kind", "begins_at")}
    same = made.on_conflict_do_update(index_elements=[_r.kind, _r.begins_at], set_=changed)
    return int(conn.execute(same.returning(_r.id)).scalar_one())


def listing(conn: Connection, *, page: int, size: int) -> list[Report]:
    """One page of them, the newest first, without what they say."""
    query = select(_r.id, _r.kind, _r.begins_at, _r.ends_at, _r.title, _r.created_at)
    ordered = query.order_by(_r.begins_at.desc(), _r.id.desc())
    rows = conn.execute(ordered.limit(size).offset((page - 1) * size))
    return [Report(*row[:5], "", "", row[5]) for row in rows]


def find(conn: Connection, report_id: int) -> Report | None:
    """One report, or None."""
    row = conn.execute(select(reports).where(_r.id == report_id)).one_or_none()
    return None if row is None else Report(**row._mapping)


def forget(conn: Connection, before: datetime) -> int:
    """Delete those that end before an instant. Returns how many."""
    return conn.execute(delete(reports).where(_r.ends_at < before)).rowcount
