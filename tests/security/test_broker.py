"""The broker as a way in: who can write into its queues can name executions that wait there, and nothing more."""

import pytest
from celery import Celery

import rota.celery
from rota.executors.celery import TASK, application
from rota.store import submissions
from tests.world import ANA


@pytest.fixture
def take(world):
    """What a worker does with the ids of a message: the arguments of all that it would run."""
    node = world.add_node("celery", queues=("far",), info={"executor": submissions.CELERY})

    def taken(*ids: int) -> list[str]:
        with world.db.write() as conn:
            found = submissions.take(conn, (node, world.generation), ids, world.clock.now(), again=False)
        return [attempt.kwargs for attempt in found]

    return taken


def test_a_forged_message_runs_nothing_that_does_not_wait_at_the_broker(world, take):
    here = world.executions.execute(world.add_job("here", overlap="allow").id, ANA)
    paused = world.add_job("paused", task_queue="far", overlap="allow")
    held = world.executions.execute(paused.id, ANA)
    world.holds.pause(paused.id, ANA)
    assert take(here, held, 10**6, -1) == []
    assert world.statuses() == ["queued", "queued"]


def test_a_message_brings_no_task_and_no_arguments_of_its_own(world, take):
    app = Celery("host", broker="memory://", set_as_current=False)
    rota.celery.setup(app)
    task = app.tasks[TASK]
    for forged in ({"task_name": "os.system"}, {"kwargs": {"command": "id"}}):
        with pytest.raises(TypeError):
            task(ids=[1], **forged)
    job = world.add_job("backup", task_queue="far", overlap="allow", task_kwargs={"days": 7})
    asked = world.executions.execute(job.id, ANA)
    with world.db.write() as conn:
        submissions.submit(conn, "far", 10, 10, world.clock.now())
    assert take(asked) == ['{"days": 7}'], "as the database has them"


def test_what_is_pickled_is_not_read():
    conf = application("memory://").conf
    assert (list(conf.accept_content), conf.task_serializer) == (["json"], "json")
