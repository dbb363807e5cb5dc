"""Cancelling: what waits at once, what runs within a second."""

import time

from tests.faults.site import ADA, dead, on_sqlite

PAIR = """
@job(overlap="queue_all", max_retries=3)
def slow(context: JobContext):
    work(context, 600)
"""


def test_a_running_body_hears_it_within_a_second_and_is_not_tried_again(site):
    site.serve(PAIR)
    execution = site.ran("slow")
    site.begun("slow")
    asked = time.monotonic()
    site.rota.executions.cancel(execution, ADA, reason="enough")
    (only,) = site.until_story("slow", "cancelled")
    (end,) = site.effects("slow", "end")
    assert end["how"] == "Stopped"
    # Told within 1 s; the rest is room for a busy machine.
    assert end["at"] - asked < 3
    assert only.reason == "cancelled by ada: enough"


def test_a_queued_one_is_cancelled_at_once_and_never_begins(site):
    site.serve(PAIR)
    running = site.ran("slow")
    site.begun("slow")
    waiting = site.run("slow")
    assert site.rota.executions.cancel(waiting, ADA).status == "cancelled"
    site.rota.executions.cancel(running, ADA)
    site.until_story("slow", "cancelled", "cancelled")
    assert [one["execution"] for one in site.effects("slow")] == [running]


@on_sqlite
def test_a_body_that_does_not_listen_is_killed_with_all_that_it_started(site):
    site.serve(
        """
@job()
def stubborn(context: JobContext):
    "Ignores SIGTERM, forks, and has a child in a session of its own that ignores it too."
    child = subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 600 & wait"], start_new_session=True)
    forked = os.fork()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if forked:
        note(context, "begin", family=[os.getpid(), child.pid, forked])
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(600)
"""
    )
    execution = site.ran("stubborn")
    site.begun("stubborn")
    site.rota.executions.cancel(execution, ADA)
    site.until_story("stubborn", "cancelled")
    (begin,) = site.effects("stubborn")
    assert all(dead(pid) for pid in begin["family"])
