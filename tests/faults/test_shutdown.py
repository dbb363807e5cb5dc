"""SIGTERM of a server with long jobs."""

import signal
import time

from tests.faults.site import on_sqlite

JOBS = """
@job(max_retries=1, backoff=0.1)
def brief(context: JobContext):
    work(context, 1.5)

@job(max_retries=1, backoff=0.1)
def endless(context: JobContext):
    work(context, 600 if context.attempt == 1 else 0.1)
"""


def test_what_ends_within_the_grace_ends_and_the_rest_is_cut_short_and_runs_again_elsewhere(site):
    server = site.serve(JOBS, shutdown_grace=4)
    site.ran("brief"), site.ran("endless")
    site.begun("brief"), site.begun("endless")
    began = time.monotonic()
    assert server.end() == 0
    assert time.monotonic() - began > 4
    assert site.story("brief") == ["succeeded"]
    first, _ = site.until_story("endless", "lost", "queued")
    assert first.reason == "shutdown: it was stopped because its node ended"
    assert [one["how"] for one in site.effects("endless", "end")] == ["Stopped"]
    site.serve(JOBS)
    site.until_story("endless", "lost", "succeeded")


def test_a_second_signal_does_not_wait_for_what_runs(site):
    server = site.serve(JOBS, shutdown_grace=60)
    site.ran("endless")
    site.begun("endless")
    began = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    assert server.end(seconds=30) == 0
    assert time.monotonic() - began < 30
    first, _ = site.until_story("endless", "lost", "queued")
    assert first.reason.startswith("shutdown")


def test_nothing_begins_after_the_signal(site):
    server = site.serve(
        JOBS + '\n@job(every="1s")\ndef often(context: JobContext):\n    work(context, 0.01)\n'
    )
    site.ran("endless")
    site.begun("endless")
    site.begun("often")
    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    begun = len(site.effects("often"))
    assert server.process.wait(30) == 0
    assert len(site.effects("often")) == begun


@on_sqlite
def test_a_body_that_ignores_the_end_of_its_node_is_killed_and_recorded_at_once(site):
    server = site.serve(
        """
@job()
def deaf(context: JobContext):
    note(context, "begin")
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(600)
""",
        shutdown_grace=0,
        kill_after=0.5,
    )
    site.ran("deaf")
    site.begun("deaf")
    assert server.end() == 0
    (only,) = site.until_story("deaf", "lost")
    assert only.reason == "shutdown: it was killed because its node ended"
