"""Bodies that do their worst. Each ends with words that say what happened, and the server runs on."""

import psutil
import pytest

from tests.faults.site import on_sqlite

WORST = """
@job()
def ends_its_process():
    os._exit(0)

@job()
def segfaults():
    ctypes.string_at(0)

@job()
def exits():
    raise SystemExit(3)

@job()
def interrupts():
    raise KeyboardInterrupt

@job()
def kills_itself():
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)

@job()
def prints_a_gigabyte():
    print("the beginning", flush=True)
    subprocess.run("yes 0123456789abcde | head -c 1G", shell=True, check=True)
    print("the end")

@job()
def returns_no_json():
    return {"a": object()}

@job(memory_limit=150)
def takes_too_much_memory():
    hoard = []
    while True:
        hoard.append(b"x" * 2**20)

@job(memory_limit=150)
def has_children_that_take_too_much_memory():
    "Each stays below the limit; together they do not."
    hoard = "import time; x = b'x' * (70 << 20); time.sleep(60)"
    for child in [subprocess.Popen([sys.executable, "-c", hoard]) for _ in range(3)]:
        child.wait()

@job(timeout=1)
def ignores_its_time():
    child = subprocess.Popen(["sh", "-c", "trap '' TERM; sleep 600 & wait"], start_new_session=True)
    if os.fork() == 0:
        os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(600)

@job()
def leaves_a_child():
    subprocess.Popen(["sleep", "600"], start_new_session=True)

@job()
def fine():
    return {"well": True}
"""
EXPECTED = {
    "ends_its_process": ("failed", "the body ended its process with exit code 0"),
    "segfaults": ("failed", "killed by signal 11 (SIGSEGV)"),
    "exits": ("failed", "SystemExit"),
    "interrupts": ("failed", "KeyboardInterrupt"),
    "kills_itself": ("failed", "killed by signal 9 (SIGKILL)"),
    "prints_a_gigabyte": ("succeeded", ""),
    "returns_no_json": ("succeeded", "not JSON"),
    "takes_too_much_memory": ("failed", "memory limit of 150 MB exceeded"),
    "has_children_that_take_too_much_memory": ("failed", "memory limit of 150 MB exceeded: it was killed"),
    "ignores_its_time": ("timed_out", "ran longer than 1 s and was killed"),
    "leaves_a_child": ("succeeded", "was still alive and killed"),
    "fine": ("succeeded", ""),
}
GIGABYTE = 2**30


@pytest.mark.timeout(240)
@on_sqlite
def test_the_worst_bodies_end_with_words_that_say_what_happened(site):
    server = site.serve(WORST)
    agent = psutil.Process(server.agent)
    before = agent.memory_info().rss
    for job in EXPECTED:
        site.ran(job)
    site.until(lambda: all(row.ended_at for row in site.rows()), "all have ended", seconds=150)
    found = {row.job: row for row in site.rows()}
    assert {job: row.status for job, row in found.items()} == {job: one for job, (one, _) in EXPECTED.items()}
    for job, (_, words) in EXPECTED.items():
        row = found[job]
        told = " ".join(filter(None, (row.reason, row.error_type, row.error_message, row.warning)))
        assert words in told, f"{job}: {told}"
    printed = found["prints_a_gigabyte"]
    assert printed.output_bytes == GIGABYTE + len("the beginning\nthe end\n")
    lines = [line.text for line in site.rota.executions.lines(printed.id, most=100_000)]
    assert (lines[0], lines[-1]) == ("the beginning", "the end")
    assert printed.output_bytes - printed.output_dropped <= 2**20
    assert agent.memory_info().rss - before < 50 * 2**20
    assert server.agent == agent.pid, "the agent survives them all"


def test_a_job_that_kills_its_agent_is_tried_alone_and_then_set_aside(site):
    server = site.serve(
        """
@job(max_retries=9, backoff=0.1)
def poison(context: JobContext):
    note(context, "begin")
    keeper = os.getppid()
    agent = int(open(f"/proc/{keeper}/stat").read().rpartition(")")[2].split()[1])
    os.kill(agent, signal.SIGKILL)
    time.sleep(60)

@job(every="1s", overlap="queue_all")
def innocent(context: JobContext):
    work(context, 0.02)
"""
    )
    site.ran("poison")
    site.until_story("poison", "lost", "lost", "lost", seconds=80)
    job = site.until(lambda: (found := site.rota.jobs.get("poison")).paused_at and found, "it is paused")
    assert job.paused_by == "rota"
    assert job.pause_reason.startswith("poison")
    seen = len(site.effects("innocent"))
    site.begun("innocent", seen + 2)
    assert server.process.poll() is None
