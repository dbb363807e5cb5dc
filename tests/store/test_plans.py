"""What PostgreSQL does for each statement of the heart: it goes by an index, and counts in place."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, event, func, select, text

from rota.domain.execution import Status
from rota.domain.histogram import bucket
from rota.store import claims, nodes, rollups, state, submissions
from rota.store.state import Tally
from tests.servers.copies import empty
from tests.world import World

FULL = ("executions", "job_state", "jobs", "log_lines", "rollups", "events", "job_versions")
"""Tables that grow: none of them is ever read from end to end by what goes on all the time."""

FILL = """
INSERT INTO jobs SELECT (jsonb_populate_record(j, jsonb_build_object('id', 1000 + n, 'name', 'job' || n))).*
    FROM jobs j, generate_series(1, 3000) n WHERE j.name = 'backup';
INSERT INTO job_state (job_id, next_run) SELECT 1000 + n, now() + interval '1 day' FROM generate_series(1, 3000) n;
INSERT INTO executions (job_id, version, attempt, status, trigger, triggered_by, queue, rank, exclusive, queued_at,
    ended_at)
    SELECT 1001 + mod(n, 3000), 1, 1, 'succeeded', 'manual', 'ana', 'default', 11, true, now(), now()
    FROM generate_series(1, 9000) n;
ANALYZE;
"""


@pytest.fixture
def full(postgres_shared: str) -> Iterator[World]:
    """A world with thousands of jobs and executions."""
    empty(postgres_shared)
    world = World(postgres_shared)
    try:
        world.add_job("backup", every="1m", overlap="allow")
        with psycopg.connect(postgres_shared.replace("+psycopg", "")) as connection:
            connection.execute(FILL)
        yield world
    finally:
        world.close()
        empty(postgres_shared)


class Watched:
    """Each statement that is run, explained as it is run."""

    def __init__(self, world: World) -> None:
        self.read: list[str] = []
        self.paged: list[str] = []
        self.used: set[str] = set()
        self._explaining = False
        event.listen(world.db._writer, "before_cursor_execute", self._look)

    def _look(self, conn: Connection, cursor: Any, statement: str, given: Any, *_: Any) -> None:
        if not statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            return
        raw = conn.connection.cursor()
        raw.execute(f"EXPLAIN (FORMAT JSON) {statement}", given)
        ((plan,),) = raw.fetchall()
        for step in _steps(plan[0]["Plan"]):
            if step["Node Type"] == "Seq Scan" and step["Relation Name"] in FULL:
                self.read.append(f"{step['Relation Name']}: {statement}")
            self.used.add(step.get("Index Name", ""))
            if step.get("Index Name") == "pk_executions" and "Index Cond" not in step:
                self.paged.append(statement)


def _steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _steps(below)


def test_nothing_that_goes_on_all_the_time_reads_a_table_from_end_to_end(full):
    watched = Watched(full)
    full.after(60)
    (attempt,) = full.claim()
    full.beat(full.node)
    full.end(attempt)
    full.reap()
    with full.db.write() as conn:
        found = submissions.submit(conn, "default", 10, 10, full.clock.now())
        assert submissions.sent(conn, "default") == found == []
        submissions.queues(conn)
    assert watched.read == []


def test_a_plan_that_is_made_while_there_are_few_executions_and_kept_reads_few_when_there_are_many(full):
    with full.db.write() as conn:
        conn.execute(text("DELETE FROM executions WHERE id % 20 <> 0"))
    with psycopg.connect(full.url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("VACUUM FULL ANALYZE executions")
    watched = Watched(full)
    full.after(60)
    full.end(*full.claim())
    assert watched.paged == []


def test_what_is_asked_to_stop_is_found_without_passing_by_all_that_runs(full):
    begun = "UPDATE executions SET status = 'running', ended_at = NULL, owner = {}, exclusive = false WHERE id % 9 = 0"
    with full.db.write() as conn:
        conn.execute(text(begun.format(full.node)))
    with psycopg.connect(full.url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE executions")
    watched = Watched(full)
    with full.db.read() as conn:
        assert claims.asked_to_stop(conn, full.node) == []
    assert watched.used == {"ix_executions_asked"}


def test_what_counts_up_again_and_again_is_updated_in_place(full):
    """A HOT update touches no index, and leaves nothing for a vacuum to do."""
    now, job = full.clock.now(), full.jobs.get("backup").id
    hour = now.replace(minute=0, second=0, microsecond=0)
    with full.db.write() as conn:
        node = full.add_node()
    with full.db.write() as conn:
        rollups.add(conn, {(job, hour, node, "succeeded", bucket(5)): (1, 0, 5)})
    with full.db.write() as conn:
        before = {table: updated(conn, table) for table in ("nodes", "job_state", "rollups")}
        for _ in range(5):
            assert nodes.beat(conn, node, now)
            state.count(conn, {job: Tally(now, Status.SUCCEEDED, 5)})
            rollups.add(conn, {(job, hour, node, "succeeded", bucket(5)): (1, 0, 5)})
        for table, (all_before, in_place_before) in before.items():
            now_all, now_in_place = updated(conn, table)
            assert (now_all - all_before, now_in_place - in_place_before) == (5, 5), table


def updated(conn: Connection, table: str) -> tuple[int, int]:
    """How many rows of a table were updated since the session last told, and how many of them in place."""
    oid = text(f"'{table}'::regclass")
    every = conn.scalar(select(func.pg_stat_get_xact_tuples_updated(oid)))
    return int(every or 0), int(conn.scalar(select(func.pg_stat_get_xact_tuples_hot_updated(oid))) or 0)
