"""Schedulers, workers and web as processes of their own; whoever dies, the others go on."""

import re
import urllib.request

from tests.faults.site import kill

WORK = """
@job(every="1s", overlap="queue_all")
def each_second(context: JobContext):
    work(context, 0.02)

@job
def asked(context: JobContext):
    work(context, 0.02)
"""


def test_whoever_is_killed_the_others_go_on(cluster_of):
    cluster = cluster_of(WORK)
    schedulers = [cluster.start("scheduler") for _ in range(3)]
    workers = [cluster.start("worker", "--node-name", f"worker-{n}") for n in (1, 2)]
    web = cluster.start("web", "--port", "0")
    cluster.until_here(scheduler=3, agent=2, web=1)

    cluster.begun("each_second", 1)
    for victim in (schedulers[0], workers[0], web):
        begun = len(cluster.effects("each_second"))
        victim.kill()
        cluster.begun("each_second", begun + 1)
    cluster.until_here(scheduler=2, agent=1, web=0)
    kill(workers[1].agent)
    cluster.begun("each_second", len(cluster.effects("each_second")) + 1)
    cluster.until_here(scheduler=2, agent=1)


def test_each_role_answers_for_itself(cluster_of):
    """Web answers without scheduling; a worker runs what is asked for without a scheduler."""
    cluster = cluster_of(WORK)
    cluster.start("web", "--port", "0")
    cluster.start("worker", "-Q", "default")
    cluster.until_here(scheduler=0, agent=1, web=1)
    assert cluster.here("agent", queues=("default",), slots=1, status="live") == 1
    found = cluster.until(lambda: re.search(r"http://\S+:\d+", cluster.said(0).read_text()), "an address")
    with urllib.request.urlopen(f"{found[0]}/healthz", timeout=20) as answer:
        assert answer.status == 200
    cluster.ran("asked")
    cluster.until_story("asked", "succeeded")
    assert cluster.rows("each_second") == []
