"""The physical floor: the rows that rota writes, written by the bare driver alone, in batches, each durably committed.

Nothing is decided, checked, sent or called: no scheduler could be faster than this on the database and tables at hand.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import psycopg

from rota.store.database import PRAGMAS, sqlite_module
from rota.store.schema import to_micros

BATCH = 100
HERD_BATCH = 500


class Cursor(Protocol):
    """What both drivers have."""

    def execute(self, text: Any, given: Any = ..., /) -> Any:
        """Run a statement."""

    def executemany(self, text: Any, given: Any, /) -> Any:
        """Run a statement for each of many rows."""


def life_cycle(address: str, job: int, ids: Sequence[int]) -> float:
    """Executions a second from queued to ended, with every column and count that rota writes for a no-op."""
    begin, cursor, commit, at = _open(address)
    is_postgres = address.startswith("postgresql")
    write = _postgres if is_postgres else _sqlite
    began = time.perf_counter()
    for start in range(0, len(ids), BATCH):
        batch = list(ids[start : start + BATCH])
        now = at(datetime.now(UTC))
        for step in write(cursor, job, batch, now):
            begin()
            step()
            commit()
    return len(ids) / (time.perf_counter() - began)


def herd(address: str, ids: Sequence[int]) -> float:
    """Seconds until a queued execution and the next fire of each of those jobs are written."""
    begin, cursor, commit, at = _open(address)
    mark = "%s" if address.startswith("postgresql") else "?"
    add = (
        "INSERT INTO executions (job_id, version, attempt, status, trigger, triggered_by, queue, rank, exclusive, "
        "queued_at, "
    )
    now = datetime.now(UTC)
    queued, following = at(now), at(now + timedelta(days=1))
    began = time.perf_counter()
    for start in range(0, len(ids), HERD_BATCH):
        batch = list(ids[start : start + HERD_BATCH])
        begin()
        if mark == "%s":
            row = "scheduled_for) SELECT id, 1, 1, 'queued', 'scheduler', 'scheduler', 'default', 11, false, %s, %s "
            cursor.execute(add + row + "FROM unnest(%s::bigint[]) id", (queued, queued, batch))
            moved = "UPDATE job_state SET last_slot = %s, next_run = %s WHERE job_id = ANY(%s)"
            cursor.execute(moved, (queued, following, batch))
        else:
            row = (
                "scheduled_for) VALUES (?, 1, 1, 'queued', 'scheduler', 'scheduler', 'default', 11, 0, ?, ?)"
            )
            cursor.executemany(add + row, [(id_, queued, queued) for id_ in batch])
            moved = "UPDATE job_state SET last_slot = ?, next_run = ? WHERE job_id = ?"
            cursor.executemany(moved, [(queued, following, id_) for id_ in batch])
        commit()
    return time.perf_counter() - began


def _open(address: str) -> tuple[Callable[[], object], Any, Callable[[], object], Callable[[datetime], Any]]:
    """What begins a transaction, a cursor, what commits, and what makes an instant of a datetime."""
    if address.startswith("postgresql"):
        postgres = psycopg.connect(address)
        postgres.execute("SET synchronous_commit = on")
        postgres.commit()
        return lambda: None, postgres.cursor(), postgres.commit, lambda instant: instant
    sqlite = sqlite_module().connect(address.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in PRAGMAS:
        sqlite.execute(f"PRAGMA {pragma}")
    return (
        lambda: sqlite.execute("BEGIN IMMEDIATE"),
        sqlite.cursor(),
        lambda: sqlite.execute("COMMIT"),
        to_micros,
    )


_STATE = (
    "UPDATE job_state SET last_run = {0}, last_status = 'succeeded', last_duration_ms = 0, runs = runs + {0}, "
    "successes = successes + {0}, total_ms = total_ms + 0 WHERE job_id = {0}"
)
_ROLLUP = (
    "INSERT INTO rollups (job_id, hour, node_id, status, bucket, n, retries, total_ms) VALUES "
    "({0}, {0}, 1, 'succeeded', 0, {0}, 0, 0) ON CONFLICT (job_id, hour, node_id, status, bucket) "
    "DO UPDATE SET n = rollups.n + excluded.n, total_ms = rollups.total_ms + excluded.total_ms"
)
_ACTIVITY = (
    "INSERT INTO activity (at, node_id, status, n) VALUES ({0}, 1, 'succeeded', {0}) "
    "ON CONFLICT (at, node_id, status) DO UPDATE SET n = activity.n + excluded.n"
)


def _count(cursor: Cursor, mark: str, job: int, n: int, now: Any) -> None:
    cursor.execute(_STATE.format(mark), (now, n, n, job))
    cursor.execute(_ROLLUP.format(mark), (job, now, n))
    cursor.execute(_ACTIVITY.format(mark), (now, n))


def _sqlite(cursor: Cursor, job: int, batch: list[int], now: Any) -> Iterator[Callable[[], None]]:
    def start() -> None:
        moved = "UPDATE executions SET status = 'running', owner = 1, started_at = ? WHERE id = ? AND status = 'queued'"
        cursor.executemany(moved, [(now, id_) for id_ in batch])

    def end() -> None:
        moved = (
            "UPDATE executions SET status = 'succeeded', started_at = ?, ended_at = ?, duration_ms = ?, "
            "peak_memory_mb = ?, cpu_seconds = ?, output_bytes = ?, output_dropped = ? "
            "WHERE id = ? AND status = 'running' AND owner = 1"
        )
        cursor.executemany(moved, [(now, now, 0, 38.6, 2.7e-05, 0, 0, id_) for id_ in batch])
        _count(cursor, "?", job, len(batch), now)

    yield from (start, end)


def _postgres(cursor: Cursor, job: int, batch: list[int], now: Any) -> Iterator[Callable[[], None]]:
    def start() -> None:
        moved = "UPDATE executions SET status = 'running', owner = 1, started_at = %s WHERE id = ANY(%s)"
        cursor.execute(moved + " AND status = 'queued'", (now, batch))

    def end() -> None:
        moved = (
            "UPDATE executions e SET status = 'succeeded', started_at = b.s, ended_at = b.e, duration_ms = b.d, "
            "peak_memory_mb = b.m, cpu_seconds = b.c, output_bytes = b.o, output_dropped = b.x FROM "
            "unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::bigint[], %s::float8[], %s::float8[], "
            "%s::bigint[], %s::bigint[]) b(id, s, e, d, m, c, o, x) "
            "WHERE e.id = b.id AND status = 'running' AND owner = 1"
        )
        n = len(batch)
        each = ([now] * n, [now] * n, [0] * n, [38.6] * n, [2.7e-05] * n, [0] * n, [0] * n)
        cursor.execute(moved, (batch, *each))
        _count(cursor, "%s", job, n, now)

    yield from (start, end)
