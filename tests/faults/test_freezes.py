"""SIGSTOP of each process past the lease, and back."""

import signal
import time

import psutil
import pytest

from tests.faults.haste import LEASE, WATCHDOG
from tests.faults.site import dead, kill, on_sqlite

LONG = LEASE + 2
STEADY = f"""
@job(max_retries=1, backoff=0.1)
def steady(context: JobContext):
    work(context, {LONG} if context.attempt == 1 else 0.1)
"""
LIMITED = STEADY.replace(str(LONG), "600").replace("max_retries=1", "timeout=4")
"""Long enough to be frozen well before its time is over, however slow the machine is."""

SECONDS = """
@job(every="1s")
def each_second(context: JobContext):
    work(context, 0.05)
"""


@pytest.mark.parametrize("which", ["runner", "keeper"])
@on_sqlite
def test_a_frozen_runner_or_keeper_whose_agent_lives_is_not_lost(site, which):
    site.serve(STEADY)
    site.ran("steady")
    runner = site.begun("steady")
    frozen = runner if which == "runner" else psutil.Process(runner).ppid()
    kill(frozen, signal.SIGSTOP)
    time.sleep(LEASE + 1)
    kill(frozen, signal.SIGCONT)
    site.until_story("steady", "succeeded")


@on_sqlite
def test_a_frozen_runner_is_killed_when_its_time_is_over(site):
    site.serve(LIMITED)
    site.ran("steady")
    kill(runner := site.begun("steady"), signal.SIGSTOP)
    (only,) = site.until_story("steady", "timed_out")
    assert only.reason == "ran longer than 4 s and was killed"
    assert dead(runner)


@on_sqlite
def test_a_frozen_keeper_does_not_keep_a_body_alive_over_its_time(site):
    site.serve(LIMITED)
    site.ran("steady")
    kill(psutil.Process(runner := site.begun("steady")).ppid(), signal.SIGSTOP)
    (only,) = site.until_story("steady", "timed_out")
    assert only.reason == "ran longer than 4 s and was killed"
    assert dead(runner)


def test_what_a_frozen_agent_ran_is_dead_before_it_is_lost_and_goes_on_elsewhere(site):
    """Thawed, the agent finds that it was declared gone, writes nothing, and another takes its place."""
    first = site.serve(STEADY.replace(str(LONG), "600"), runners=1)
    site.ran("steady")
    runner, agent = site.begun("steady"), first.agent
    site.serve(STEADY.replace(str(LONG), "600"), runners=1)
    site.freeze(agent)
    frozen_at = time.monotonic()
    site.until(lambda: dead(runner), "the watchdog killed the runner", seconds=LEASE * 3)
    assert site.story("steady") == ["running"]
    assert time.monotonic() - frozen_at > WATCHDOG - 1
    lost, _ = site.until_story("steady", "lost", "succeeded")
    assert lost.reason.startswith("its node fell silent")
    kill(agent, signal.SIGCONT)
    site.until(lambda: dead(agent), "the frozen agent ended when it found out")
    site.until(lambda: site.is_ready(first), "another agent takes its place")
    assert site.story("steady") == ["lost", "succeeded"]


def test_a_frozen_scheduler_stops_nobody_and_doubles_nothing_when_it_is_back(site):
    first, second = (site.serve(SECONDS, runners=1) for _ in range(2))
    site.freeze(first.pid)
    gone = site.until(lambda: site.is_gone(first.pid), "the frozen one is declared gone", seconds=LEASE * 4)
    assert gone
    begun = len(site.effects("each_second"))
    site.begun("each_second", begun + 2)
    kill(first.pid, signal.SIGCONT)
    site.until(lambda: site.lives(first.pid), "it is back under a new name")
    site.begun("each_second", begun + 4)
    assert second.process.poll() is None


def test_an_agent_frozen_while_it_records_keeps_others_waiting_at_most_until_it_is_back(site):
    """It holds the locks of what it was writing. Its ending is either written or not, and nothing is doubled."""
    brief = STEADY.replace(str(LONG), "0.1")
    first = site.serve(brief, agent_failpoint="end.before_commit=stop", runners=1)
    agent = first.agent
    site.ran("steady")
    frozen = psutil.Process(agent)
    site.until(lambda: frozen.status() == psutil.STATUS_STOPPED, "the agent is frozen as it records")
    site.serve(brief, runners=1, wait=False)
    time.sleep(LEASE + 1)
    kill(agent, signal.SIGCONT)
    site.until(lambda: "succeeded" in site.story("steady"), "it is recorded in the end")
