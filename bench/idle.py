"""What it costs to wait: `rota serve` with 10,000 jobs of which none is due, its API and dashboard at hand.

Each part is told apart: the server (scheduler, API and dashboard), the agent, its keepers and runners, and the
processes of the database server that rota's connections keep.
"""

import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psutil

from bench import site
from bench.figure import Figure, Report, Scale
from rota.app import build
from rota.domain.job import JobSpec
from rota.settings import Settings

JOBS = 10_000
WARM_UP = 15
PARTS = ("server", "agent", "keepers and runners")
DATABASE = "database server"
WHOLE = "rota as a whole"
TITLE = "What it costs to wait: 10,000 jobs, none due"


@dataclass(frozen=True, slots=True)
class Used:
    """What one process has used so far. CPU in seconds; waits: how often one of its threads went to sleep."""

    part: str
    cpu: float
    waits: int


def measure(scale: Scale) -> Report:
    """For each database, what each part used while nothing happened."""
    report, seconds = Report(), scale.pick(3.0, 30.0, 600.0)
    with site.addresses() as addresses:
        for name, address in addresses:
            with serving(address) as server:
                report.figures += told(name, server, seconds)
            report.within("CPU", f"{WHOLE}, {name}", 0.2)
            report.within("RSS", f"{PARTS[0]}, {name}", 120)
    return report


@contextmanager
def serving(address: str) -> Iterator[psutil.Process]:
    """`rota serve` on that database, which holds the jobs, when its agent has its place."""
    spec = JobSpec(name="idle", schedule_type="daily", schedule_expression="00:00", task_name="any.task")
    with tempfile.TemporaryDirectory() as folder, build(Settings(database_url=address)) as rota:
        module = Path(folder, "measured_jobs.py")
        module.write_text(site.NOTHING)
        rota.upgrade()
        site.make_jobs(rota, spec, JOBS, rota.clock.now() + timedelta(days=1))
        server = site.serve(address, module)
        try:
            site.wait_for_job(rota, "nothing")
            # What this process holds open is no part of the figure.
            rota.close()
            time.sleep(WARM_UP)
            yield psutil.Process(server.pid)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()


def told(name: str, server: psutil.Process, seconds: float) -> Iterator[Figure]:
    """The figures of each part, and of all but the database's own."""
    before, began = look(server), time.monotonic()
    time.sleep(seconds)
    after, passed = look(server), time.monotonic() - began
    memory = {one.pid: one.memory_full_info() for one in after if one.is_running()}
    lines = {part: [one for one, used in after.items() if used.part == part] for part in (*PARTS, DATABASE)}
    lines[WHOLE] = [one for part in PARTS for one in lines[part]]
    for part in (*PARTS, WHOLE, DATABASE):
        found = [one for one in lines[part] if one.pid in memory]
        if not found:
            continue
        cpu = sum(after[one].cpu - before[one].cpu for one in found if one in before)
        waits = sum(after[one].waits - before[one].waits for one in found if one in before)
        rss, pss = (sum(getattr(memory[one.pid], word) for one in found) / 2**20 for word in ("rss", "pss"))
        who = f"{part}, {name}"
        yield Figure(who, "processes", "", (float(len(found)),))
        yield Figure(who, "CPU", "%", (100 * cpu / passed,))
        yield Figure(who, "waits", "/s", (waits / passed,))
        yield Figure(who, "RSS", "MB", (rss,))
        yield Figure(who, "PSS", "MB", (pss,))


def look(server: psutil.Process) -> dict[psutil.Process, Used]:
    """Every process that rota or its database server has now."""
    below = server.children(recursive=True)
    here = [(one, part_of(one, server)) for one in (server, *below)]
    database = [(one, DATABASE) for one in psutil.Process().children(recursive=True) if is_database(one)]
    return {one: Used(part, cpu_seconds(one), waits(one)) for one, part in here + database}


def part_of(process: psutil.Process, server: psutil.Process) -> str:
    """Which part of rota a process is."""
    words = process.cmdline()
    if process == server:
        return PARTS[0]
    return PARTS[2] if "rota.executors.keeper" in words else PARTS[1]


def is_database(process: psutil.Process) -> bool:
    """Whether it is the database server, or serves one of its connections."""
    return process.name().startswith("postgres")


def cpu_seconds(process: psutil.Process) -> float:
    """CPU that a process has used so far, by the scheduler's own account where there is one: to the nanosecond."""
    try:
        tasks = Path(f"/proc/{process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
    except OSError:
        return sum(process.cpu_times()[:2])


def waits(process: psutil.Process) -> int:
    """How often its threads have gone to sleep of themselves so far; each time something woke them again."""
    told = (path.read_text() for path in Path(f"/proc/{process.pid}/task").glob("*/status"))
    return sum(int(text.partition("\nvoluntary_ctxt_switches:")[2].split("\n")[0]) for text in told)
