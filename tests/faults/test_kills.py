"""kill -9 of each process, at each moment that matters."""

import random
import signal

import psutil
import pytest

from tests.faults.site import PATIENCE, dead, kill, on_sqlite

AGAIN = """
@job(max_retries=1, backoff=0.1)
def fragile(context: JobContext):
    "The first attempt waits to be killed."
    work(context, 600 if context.attempt == 1 else 0.1)
"""

ONCE = AGAIN.replace("600 if context.attempt == 1 else 0.1", "0.1")
SECONDS = """
@job(every="1s", overlap="queue_all")
def each_second(context: JobContext):
    work(context, 0.05)
"""
MIXED = [("patient", "queue_all"), ("hasty", "skip"), ("waiting", "queue_one")]


def test_a_killed_runner_fails_its_execution_and_a_retry_runs_in_another(site):
    site.serve(AGAIN)
    site.ran("fragile")
    kill(runner := site.begun("fragile"))
    first, second = site.until_story("fragile", "failed", "succeeded")
    assert "killed by signal 9 (SIGKILL)" in first.reason
    assert second.attempt == 2
    assert dead(runner)


@on_sqlite
def test_a_killed_keeper_takes_its_runner_along(site):
    site.serve(AGAIN)
    site.ran("fragile")
    keeper = psutil.Process(runner := site.begun("fragile")).ppid()
    kill(keeper)
    first, _ = site.until_story("fragile", "failed", "succeeded")
    assert first.reason == "killed together with its keeper"
    assert dead(runner)


def test_a_killed_agent_loses_what_it_ran_and_another_one_takes_its_place(site):
    server = site.serve(AGAIN)
    site.ran("fragile")
    runner, agent = site.begun("fragile"), server.agent
    kill(agent)
    first, _ = site.until_story("fragile", "lost", "succeeded")
    assert first.reason.startswith("its node fell silent")
    assert dead(runner)
    assert server.agent != agent


def test_an_ended_server_leaves_its_execution_to_the_next_one(site):
    """The end of the pipe ends all that is below; what ran is recorded as cut short, at once."""
    server = site.serve(AGAIN)
    site.ran("fragile")
    runner, agent = site.begun("fragile"), server.agent
    server.kill()
    site.until(lambda: dead(agent) and dead(runner), "nothing of it is alive", seconds=10)
    first, _ = site.until_story("fragile", "lost", "queued")
    assert first.reason.startswith("shutdown")
    site.serve(AGAIN)
    site.until_story("fragile", "lost", "succeeded")


def test_what_everybody_killed_left_behind_is_swept_by_the_next_agent(site):
    server = site.serve(
        """
@job(max_retries=1, backoff=0.1)
def parent(context: JobContext):
    with noted(context):
        if context.attempt == 1:
            child = subprocess.Popen(["sleep", "600"], start_new_session=True)
            note(context, "child", child=child.pid)
            time.sleep(600)
"""
    )
    site.ran("parent")
    (noted,) = site.until(lambda: site.effects("parent", "child"), "the child is there")
    child = noted["child"]
    for pid in server.tree():
        if pid != child:
            kill(pid)
    server.process.wait()
    assert not dead(child)
    site.serve(
        """
@job(max_retries=1, backoff=0.1)
def parent(context: JobContext):
    work(context, 0.1)
"""
    )
    assert dead(child)
    site.until_story("parent", "lost", "succeeded")


def test_what_was_claimed_when_the_agent_was_killed_runs_with_the_next_attempt(site):
    site.serve(ONCE, agent_failpoint="claim.committed=kill")
    site.ran("fragile")
    _, second = site.until_story("fragile", "lost", "succeeded")
    assert [one["execution"] for one in site.effects("fragile")] == [second.id]


def test_what_had_ended_when_the_agent_was_killed_before_the_record_runs_again(site):
    """At least once: the effect is there twice, and the history says so."""
    site.serve(ONCE, agent_failpoint="end.before_commit=kill")
    site.ran("fragile")
    first, second = site.until_story("fragile", "lost", "succeeded")
    assert [one["execution"] for one in site.effects("fragile", "end")] == [first.id, second.id]
    assert len({one["key"] for one in site.effects("fragile")}) == 1


@pytest.mark.parametrize("point", ["plan.before_commit", "plan.committed"])
def test_a_server_killed_while_it_plans_plans_each_slot_once(site, point):
    server = site.serve(SECONDS, failpoint=f"{point}=kill", wait=False)
    assert server.process.wait(PATIENCE) == -signal.SIGKILL
    site.serve(SECONDS)
    begun = len(site.effects("each_second"))
    site.begun("each_second", begun + 2)


def test_a_server_killed_between_burying_a_node_and_losing_its_work_leaves_it_to_the_next(site):
    server = site.serve(AGAIN, failpoint="reap.buried=kill")
    site.ran("fragile")
    site.begun("fragile")
    kill(server.agent)
    assert server.process.wait(PATIENCE) == -signal.SIGKILL
    site.serve(AGAIN)
    site.until_story("fragile", "lost", "succeeded")


def test_processes_killed_at_random_break_no_rule(site):
    """Four kills in a row, of whatever is there, while two servers run three jobs every second."""
    jobs = "\n".join(
        SECONDS.replace("each_second", name).replace("queue_all", policy) for name, policy in MIXED
    )
    servers = [site.serve(jobs, runners=1) for _ in range(2)]
    for number in range(4):
        seen = len(site.effects("patient"))
        victims = servers[number % 2].tree()[1:]
        kill(random.Random(number).choice(victims))
        site.begun("patient", seen + 2)
