"""Celery as the place where bodies run: what holds locally holds there, whatever the broker does."""

import pytest

from rota.executors.celery import Broker
from tests.faults.site import ADA, dead, kill

WORK = """
@job(queue="maintenance", max_retries=1, backoff=0.1)
def fragile(context: JobContext):
    "The first attempt waits to be killed."
    work(context, 600 if context.attempt == 1 else 0.05)

@job(queue="maintenance", overlap="allow", priority=2)
def low(context: JobContext):
    print("low")
    context.progress(1, 2, "half way")
    work(context, 0.05)

@job(queue="maintenance", overlap="allow", priority=8)
def high(context: JobContext):
    work(context, 0.05)

@job(queue="maintenance", timeout=1)
def slow(context: JobContext):
    work(context, 600)

@job(queue="maintenance")
def endless(context: JobContext):
    work(context, 600)
"""
CELERY = {"ROTA_QUEUES": "maintenance=celery,*=local"}


@pytest.fixture
def celery_cluster(cluster_of, broker):
    """A scheduler and a Celery worker."""
    cluster = cluster_of(WORK, ROTA_BROKER_URL=broker.url, **CELERY)
    cluster.start("scheduler")
    cluster.start("worker", "-Q", "maintenance", "--node-name", "celery")
    cluster.until_here(scheduler=1, agent=1)
    return cluster


@pytest.mark.parametrize("broker", ["rabbitmq"], indirect=True)
def test_what_holds_locally_holds_on_celery(celery_cluster, broker):
    """Endings, output, progress, time-outs, cancelling, losses; and whatever is sent twice runs once."""
    cluster = celery_cluster
    first, second = cluster.ran("low"), cluster.run("low")
    cluster.until_story("low", "succeeded", "succeeded")
    found = cluster.rota.executions.get(first)
    assert (found.progress_done, found.progress_total, found.progress_message) == (1, 2, "half way")
    assert [line.text for line in cluster.rota.executions.lines(first)] == ["low"]
    sender = Broker(broker.url, "classic")
    assert sender.send("maintenance", [([first], 5), ([second, first], 5)] * 3) == 9
    sender.close()
    cluster.run("slow")
    cluster.until_story("slow", "timed_out")
    endless = cluster.run("endless")
    cluster.begun("endless")
    cluster.rota.executions.cancel(endless, ADA)
    cluster.until_story("endless", "cancelled")
    assert len(cluster.effects("low")) == 2
    cluster.run("fragile")
    runner = cluster.begun("fragile")
    kill(cluster.agents()[0])
    cluster.until_story("fragile", "lost", "succeeded")
    assert dead(runner)


@pytest.mark.parametrize("broker", ["valkey"], indirect=True)
def test_while_the_broker_is_away_everything_waits_and_then_goes_out_once(celery_cluster, broker):
    cluster = celery_cluster
    cluster.ran("low")
    cluster.until_story("low", "succeeded")
    broker.stop()
    try:
        for _ in range(3):
            cluster.run("low")
            cluster.run("high")
        told = cluster.until(cluster.broker_problem, "somebody says that the broker is away")
        assert "did not answer" in told
    finally:
        broker.start()
    cluster.until_story("low", *["succeeded"] * 4, seconds=60)
    cluster.until_story("high", *["succeeded"] * 3)
    assert len(cluster.effects("low")) == 4
    cluster.until(lambda: not cluster.broker_problem(), "nobody says so any more")


def test_what_was_recorded_as_sent_and_never_was_goes_out_when_the_queue_proves_empty(cluster_of, valkey):
    """The scheduler dies between the record and the broker."""
    cluster = cluster_of(WORK, ROTA_BROKER_URL=valkey.url, **CELERY)
    cluster.start("worker", "-Q", "maintenance")
    scheduler = cluster.start("scheduler", ROTA_FAILPOINT="submit.committed=kill")
    cluster.ran("low")
    cluster.until(lambda: scheduler.process.poll() is not None, "the scheduler is dead")
    cluster.until_story("low", "submitted")
    cluster.start("scheduler")
    cluster.until_story("low", "succeeded")
    assert len(cluster.effects("low")) == 1
