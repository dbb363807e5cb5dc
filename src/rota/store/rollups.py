"""Counts per job, hour and node, with a logarithmic histogram of durations: the source of rates and percentiles."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from rota.domain.histogram import percentile
from rota.store.schema import rollups

_r = rollups.c

Key = tuple[int, datetime, int, str, int]
"""(job, hour, node, status, bucket)"""


def add(conn: Connection, counts: dict[Key, tuple[int, int, int]]) -> None:
    """Add (executions, retries, milliseconds) to each key, in the order of keys."""
    if not counts:
        return
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(rollups)
    added = {name: _r[name] + statement.excluded[name] for name in ("n", "retries", "total_ms")}
    names = [column.name for column in rollups.columns]
    rows = [dict(zip(names, (*key, *counts[key]), strict=True)) for key in sorted(counts)]
    key_columns = [_r.job_id, _r.hour, _r.node_id, _r.status, _r.bucket]
    conn.execute(statement.on_conflict_do_update(index_elements=key_columns, set_=added), rows)


def durations(conn: Connection, job_id: int, since: datetime, shares: Iterable[float]) -> list[float | None]:
    """The given percentiles, in milliseconds, of the job's successful runs since an instant."""
    query = select(_r.bucket, func.sum(_r.n)).where(
        _r.job_id == job_id, _r.hour >= since, _r.status == "succeeded"
    )
    found = {bucket: int(n) for bucket, n in conn.execute(query.group_by(_r.bucket))}
    return [percentile(found, share) for share in shares]
