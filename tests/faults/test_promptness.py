"""What takes long, or hangs, keeps nobody else from being on time."""

from tests.faults.haste import LEASE
from tests.faults.site import on_sqlite

HANG = """
@job(timeout=600)
def hangs(context: JobContext):
    note(context, "begin")
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGUSR1])
    time.sleep(600)

@job(every="1s", overlap="queue_all")
def on_time(context: JobContext):
    work(context, 0.02)
"""


def test_a_hung_job_keeps_nobody_from_firing_on_time(site):
    site.serve(HANG, runners=2)
    site.ran("hangs")
    site.begun("hangs")
    site.begun("on_time", len(site.effects("on_time")) + 5)
    assert set(site.story("on_time")) <= {"queued", "running", "succeeded"}


@on_sqlite
def test_a_job_that_holds_the_interpreter_for_longer_than_the_lease_is_not_lost(site):
    """PyDLL calls without letting go of the lock, so that not even the runner's own threads can do anything."""
    site.serve(
        f"""
@job()
def greedy(context: JobContext):
    with noted(context):
        ctypes.PyDLL(None).sleep({int(LEASE) + 2})
"""
    )
    site.ran("greedy")
    site.until_story("greedy", "succeeded")


def test_many_jobs_every_second_miss_and_double_nothing(site):
    """The functional part of bench/lag.py; the rest of the rules are checked for every test."""
    names = [f"job_{number}" for number in range(60)]
    site.serve(
        "\n".join(f'@job(every="1s", overlap="queue_all")\ndef {name}():\n    pass\n' for name in names)
    )
    site.until(lambda: all(len(site.rows(name)) >= 4 for name in names[::15]), "four slots are planned")
    assert {row.status for row in site.rows()} <= {"queued", "running", "succeeded"}
