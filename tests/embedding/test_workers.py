"""Several workers of a web server, each with rota inside: each slot runs once, however many there are."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from rota import Rota
from tests.embedding import host_jobs
from tests.embedding.hosting import GUNICORN, UVICORN, serving, until

WORKERS = 4
SERVERS = {
    "uvicorn": (*UVICORN, "--workers", str(WORKERS)),
    "gunicorn": (*GUNICORN, "--worker-class", "asgi", "--workers", str(WORKERS)),
}


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("server", "database_url"),
    [("uvicorn", "sqlite"), ("gunicorn", "postgres")],
    indirect=["database_url"],
)
def test_each_slot_runs_once_in_however_many_workers(server, database_url, tmp_path):
    noted = tmp_path / "slots"
    command = (*SERVERS[server], "tests.embedding.host_app:app")
    with serving(*command, url=database_url, **{host_jobs.FILE: str(noted)}) as client:
        assert client.get("/admin/cron/readyz").json() == {"status": "ok"}
        crons = Rota(database_url)
        until(lambda: roles(crons) == ["agent"] * WORKERS + ["scheduler"] * WORKERS, "all workers are there")
        before = len(slots(noted))
        until(lambda: len(slots(noted)) >= before + 5, "five more slots have run")
    ran = slots(noted)
    assert len(set(ran)) == len(ran)
    assert {later - earlier for earlier, later in pairwise(sorted(ran))} == {timedelta(seconds=1)}
    assert crons.nodes.list() == []
    recorded = {one.scheduled_for for one in crons.jobs.history("note", status="succeeded", size=1000)}
    assert recorded == set(ran)
    crons.stop()


def roles(crons):
    return sorted(seen.node.role for seen in crons.nodes.list() if seen.is_alive)


def slots(file):
    """The slots that were noted, in the order in which they ran."""
    return [datetime.fromisoformat(line) for line in file.read_text().split()] if file.exists() else []
