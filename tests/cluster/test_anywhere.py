"""One module, unchanged: on SQLite, on PostgreSQL, on RabbitMQ and on Valkey the same slots come to the same ends."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from rota.domain.execution import ACTIVE
from rota.domain.job import JobPatch
from tests.cluster.cluster import Cluster
from tests.faults.site import ADA

SLOTS = {"steady": (0, 1, 2), "flaky": (0,), "hopeless": (0,), "slow": (0,), "busy": (0, 2)}
"""Seconds after the beginning."""

EXPECTED = {
    ("steady", 0, 1, "succeeded"),
    ("steady", 1, 1, "succeeded"),
    ("steady", 2, 1, "succeeded"),
    ("flaky", 0, 1, "failed"),
    ("flaky", 0, 2, "failed"),
    ("flaky", 0, 3, "succeeded"),
    ("hopeless", 0, 1, "failed"),
    ("slow", 0, 1, "timed_out"),
    ("busy", 0, 1, "succeeded"),
    ("busy", 2, 1, "skipped"),
}
CELERY: list[tuple[str, ...]] = [("scheduler",), ("worker", "-Q", "default"), ("worker", "-Q", "default")]
WHERE: dict[str, tuple[list[tuple[str, ...]], dict[str, str]]] = {
    "sqlite": ([("serve", "--no-web")], {}),
    "postgres": ([("scheduler",), ("scheduler",), ("scheduler",), ("worker",)], {}),
    "rabbitmq": (CELERY, {"ROTA_QUEUES": "*=celery"}),
    "valkey": (CELERY, {"ROTA_QUEUES": "*=celery"}),
}


@pytest.fixture(params=WHERE)
def somewhere(request, tmp_path):
    """The module, running in one of these ways."""
    commands, environ = WHERE[request.param]
    if request.param == "sqlite":
        url = f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_copy'), tmp_path / 'rota.db')}"
    else:
        url = request.getfixturevalue("cluster_url")
    if "ROTA_QUEUES" in environ:
        environ = environ | {"ROTA_BROKER_URL": request.getfixturevalue(request.param).url}
    cluster = Cluster(url, tmp_path, "", **{"ROTA_MODULES": "examples.anywhere"} | environ)
    try:
        for words in commands:
            cluster.start(*words, ROTA_RUNNERS="2")
        cluster.until_here(scheduler=sum(words[0] != "worker" for words in commands))
        yield cluster
        assert cluster.end() == []
    finally:
        cluster.close()


def script(cluster: Cluster) -> set[tuple[str, float, int, str]]:
    """Give each job its slots, wait until all have ended, and tell how: (job, slot, attempt, status)."""
    cluster.until(
        lambda: set(SLOTS) <= {job.name for job in cluster.rota.jobs.search()}, "the jobs are there"
    )
    begin = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3)
    for name, slots in SLOTS.items():
        seconds = sorted({(begin + timedelta(seconds=slot)).second for slot in slots})
        when = f"{','.join(map(str, seconds))} * * * * *"
        patch = JobPatch(schedule_type="cron", schedule_expression=when)
        cluster.rota.jobs.update(name, patch, ADA)
    last = begin + timedelta(seconds=max(max(slots) for slots in SLOTS.values()))

    def ended() -> bool:
        standing = [row.status for row in cluster.rows() if row.job in SLOTS]
        return datetime.now(UTC) > last and len(standing) >= len(EXPECTED) and not set(standing) & set(ACTIVE)

    cluster.until(ended, "all of it has ended")
    return {
        (row.job, (row.scheduled_for - begin).total_seconds(), row.attempt, row.status)
        for row in cluster.rows()
        if row.scheduled_for is not None and row.scheduled_for <= last
    }


def test_the_same_slots_come_to_the_same_ends_wherever_they_run(somewhere):
    assert script(somewhere) == EXPECTED
