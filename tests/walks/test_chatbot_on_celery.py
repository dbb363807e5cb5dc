"""The chatbot platform on Celery: the queues and priorities that its jobs name are a broker's."""

import pytest

from examples.chatbot_platform.program import EXAMPLE, ON_CELERY
from tests.servers import databases
from tests.walks.test_chatbot_platform import CLEANUP, CREATE
from tests.walks.walking import ROOT, Walk

WAYS = {
    "rabbitmq": ("-m", "celery", "--quiet", "-A", "examples.chatbot_platform.worker", "worker", "-Q",
                 "maintenance,backup", "--concurrency", "1", "--without-gossip", "--without-mingle"),
    "valkey": (str(ROOT / "examples/chatbot_platform/manage"), "worker", "-Q", "maintenance,backup",
               "--runners", "1"),
}  # fmt: skip
"""How its worker is started: as Celery's own users do it, on PostgreSQL; and by its program, on SQLite."""


@pytest.fixture(params=WAYS)
def way(request):
    """The name of a broker."""
    return request.param


@pytest.fixture
def url(way, request, tmp_path):
    """URL of an empty database."""
    if way == "valkey":
        yield f"sqlite:///{tmp_path}/rota.db"
        return
    with databases.fresh(request.getfixturevalue("postgres_url")) as made:
        yield made


@pytest.fixture
def walk(way, url, request, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    broker = request.getfixturevalue(way)
    told = {"ROTA_DATABASE_URL": url, "ROTA_BROKER_URL": broker.url, "ROTA_QUEUES": ON_CELERY}
    return Walk(EXAMPLE, "manage", monkeypatch, capfd, **told)


@pytest.mark.timeout(600)
def test_its_jobs_run_on_celery_by_queue_and_priority(walk, way):
    with walk.serving() as api:
        assert api.post("/api/v1/jobs/", json=CLEANUP).is_success
        assert walk(CREATE).code == 0
        first = waits(walk, "system_cleanup")
        urgent = CLEANUP | {"name": "urgent_cleanup", "task_priority": 9}
        assert api.post("/api/v1/jobs/", json=urgent).is_success
        second = waits(walk, "urgent_cleanup")
        backup = waits(walk, "system_backup")
        with walk.running(*WAYS[way]):
            low, high, copied = (ended(walk, number) for number in (first, second, backup))
            assert high["started_at"] < low["started_at"]
            assert copied["message"] == "2 documents copied"
            given = {"force": True, "override_kwargs": {"cleanup_level": "deep"}}
            ran = api.post("/api/v1/jobs/system_cleanup/execute", params={"wait": 60}, json=given).json()
            assert ran["message"] == "deep cleanup: 0 files"
            for one in (low, high, copied, ran):
                assert queues_of(walk, one) == {"maintenance", "backup"}
            assert "*" in queues_of(walk, walk.json("jobs run system_health_check"))


def waits(walk, job):
    """Run a job while there is no worker. Returns the number of its execution, which waits for one."""
    ran = walk.json(f"jobs execute {job}")
    assert ran["status"] == "queued"
    return ran["id"]


def ended(walk, number):
    """The execution, once it has ended well."""

    def found():
        shown = walk.json(f"executions show {number}")
        return shown if shown["ended_at"] else None

    shown = walk.until(found, f"execution {number} has ended")
    assert shown["status"] == "succeeded", shown
    return shown


def queues_of(walk, execution):
    """The queues of the node that ran it."""
    (found,) = [one for one in walk.json("nodes list") if one["id"] == execution["node_id"]]
    return set(found["queues"])
