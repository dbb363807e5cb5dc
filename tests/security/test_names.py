"""A task is a name in the registry of code, never something to be imported."""

import pytest
from sqlalchemy import update

from rota.engine.dispatcher import Dispatcher
from rota.store.schema import jobs
from tests.world import ANA

HOSTILE = [
    "os.system", "subprocess.Popen", "builtins.eval", "app.tasks..x", "WORK", "w\u043erk", "work ", "work\n", "../work",
    "rota.process.agent",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_only_names_that_code_has_registered_can_be_saved(admin, name):
    answer = admin.post("/api/v1/jobs/", json={"name": "bad", "task_name": name})
    assert answer.status_code in (404, 422), answer.text
    assert admin.get("/api/v1/jobs/").json()["total"] == 0


def test_a_name_that_was_written_into_the_database_runs_nothing(world):
    world.add_job("backup")
    with world.db.write() as conn:
        conn.execute(update(jobs).values(task_name="os.system"))
    world.executions.execute("backup", ANA)
    assert isinstance(world.dispatcher(), Dispatcher)
    assert world.claim() == []
    assert world.statuses("backup") == ["queued"]
