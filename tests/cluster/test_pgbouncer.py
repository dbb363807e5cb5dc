"""Behind PgBouncer in transaction mode: no LISTEN, no prepared statement, no setting of a session."""

from collections.abc import Iterator

import psycopg
import pytest

from rota.services.diagnosis import Diagnosis
from rota.store.database import Database
from rota.store.pooling import POOLED
from tests.servers import guarded
from tests.servers.fixtures import missing
from tests.servers.guarded import Service

WORK = """
@job(every="1s", overlap="queue_all")
def each_second(context: JobContext):
    work(context, 0.02)

@job
def asked(context: JobContext):
    work(context, 0.02)
"""


@pytest.fixture
def bouncer(cluster_url: str, service_processes: set[int]) -> Iterator[Service]:
    """A PgBouncer before a fresh database."""
    service = guarded.pgbouncer(cluster_url)
    if service is None:
        missing("no PgBouncer: install pgbouncer")
    try:
        service.guards = service_processes
        service.start()
        yield service
    finally:
        service.close()


def test_a_connection_knows_that_a_pooler_is_before_the_server(bouncer, cluster_url):
    for url, pooled in ((bouncer.url, True), (cluster_url, False)):
        with Database(url) as db, db.read() as conn:
            assert conn.connection.info[POOLED] is pooled
            raw = conn.connection.driver_connection
            assert isinstance(raw, psycopg.Connection)
            assert (raw.prepare_threshold is None) is pooled


def test_jobs_run_behind_a_pooler_and_doctor_says_so(cluster_of, bouncer):
    cluster = cluster_of(WORK, ROTA_DATABASE_URL=bouncer.url)
    for _ in range(2):
        cluster.start("scheduler")
    cluster.start("worker")
    cluster.begun("each_second", 3)
    cluster.ran("asked")
    cluster.until_story("asked", "succeeded")
    with Database(bouncer.url) as db:
        found = Diagnosis(db, cluster.rota.clock, cluster.rota.jobs.variables).examine()
    assert [one.name for one in found if one.ok is None and one.name == "pooler"] == ["pooler"]
