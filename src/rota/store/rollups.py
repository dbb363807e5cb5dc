"""Counts per job, hour and node, with a logarithmic histogram of durations: the source of rates and percentiles."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Insert, delete, func, literal_column, select, tuple_

from rota.domain.histogram import percentile
from rota.store import upsert
from rota.store.rows import INSTANT, INTEGER, TEXT, Columns, pack, recordset
from rota.store.schema import rollups

_r = rollups.c
_KEY = [_r.job_id, _r.hour, _r.node_id, _r.status, _r.bucket]

Key = tuple[int, datetime, int, str, int]
"""(job, hour, node, status, bucket)"""


_COLUMNS: Columns = (
    ("job_id", INTEGER),
    ("hour", INSTANT),
    ("node_id", INTEGER),
    ("status", TEXT),
    ("bucket", INTEGER),
    ("n", INTEGER),
    ("retries", INTEGER),
    ("total_ms", INTEGER),
)


@cache
def _add(dialect: str) -> Insert:
    batch = recordset(dialect, _COLUMNS)
    names = [name for name, _ in _COLUMNS]
    # SQLite takes what follows a bare SELECT for a join.
    given = select(*(batch.c[name] for name in names)).where(literal_column("1") == literal_column("1"))
    statement = upsert.insert(dialect, rollups).from_select(names, given)
    added = {name: _r[name] + statement.excluded[name] for name in ("n", "retries", "total_ms")}
    adding: Insert = statement.on_conflict_do_update(index_elements=_KEY, set_=added)
    return adding


def add(conn: Connection, counts: dict[Key, tuple[int, int, int]]) -> None:
    """Add (executions, retries, milliseconds) to each key, in the order of keys."""
    if counts:
        rows = [(*key, *counts[key]) for key in sorted(counts)]
        conn.execute(_add(conn.dialect.name), pack(conn, _COLUMNS, rows))


def durations(conn: Connection, job_id: int, since: datetime, shares: Iterable[float]) -> list[float | None]:
    """The given percentiles, in milliseconds, of the job's successful runs since an instant."""
    query = select(_r.bucket, func.sum(_r.n)).where(
        _r.job_id == job_id, _r.hour >= since, _r.status == "succeeded"
    )
    found = {bucket: int(n) for bucket, n in conn.execute(query.group_by(_r.bucket))}
    return [percentile(found, share) for share in shares]


def overall(conn: Connection, since: datetime, shares: Iterable[float]) -> list[float | None]:
    """The given percentiles, in milliseconds, of all successful runs since an instant."""
    query = select(_r.bucket, func.sum(_r.n)).where(_r.hour >= since, _r.status == "succeeded")
    found = {bucket: int(n) for bucket, n in conn.execute(query.group_by(_r.bucket))}
    return [percentile(found, share) for share in shares]


def purge(conn: Connection, before: datetime, most: int) -> int:
    """Delete at most `most` counts of hours before an instant. Returns how many."""
    old = select(*_KEY).where(_r.hour < before).limit(most)
    return conn.execute(delete(rollups).where(tuple_(*_KEY).in_(old))).rowcount
