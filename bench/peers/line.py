"""What the programs of the peers share. Standard library only: it is imported in the environment of each.

What is to be measured stands in the environment: BENCH_DATABASE (a file, or an address), BENCH_BROKER, BENCH_COUNT,
BENCH_LIMIT (seconds after which to give up), BENCH_SCRATCH (a folder), BENCH_SECONDS, BENCH_KIND (of measurement),
BENCH_DUE (an instant).
"""

import contextlib
import json
import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

WARM_UP = 50
"""How many go before the ones that are counted."""
PATIENCE = 60
"""Seconds that a worker may take to start and to do those."""
STAMP = struct.Struct("<dd")
"""What a body writes when it begins: the time that it was due, and the time."""


def given(name: str) -> str:
    """One of the words above."""
    return os.environ[f"BENCH_{name}"]


def count() -> int:
    """How many of what is measured."""
    return int(given("COUNT"))


def limit() -> float:
    """Seconds after which to give up."""
    return float(given("LIMIT"))


def tell(package: str, **found: Any) -> None:
    """Print what was measured, as the last line of the program."""
    print(json.dumps({"package": f"{package} {version(package)}", **found}), flush=True)


@contextlib.contextmanager
def worker(*words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A Python program in a process group of its own, for the length of the block. Its output goes to a file."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with open(Path(given("SCRATCH"), "log"), "ab") as out:
        process = subprocess.Popen([sys.executable, *words], start_new_session=True, stdout=out, stderr=out)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def rate(words: list[str], enqueue: Callable[[int], None], ended: Callable[[], int]) -> float:
    """How many no-ops a second, from queued to recorded end.

    The worker is warm; it is frozen while COUNT of them are queued, and the clock runs from the moment that it may go
    on until the last end is recorded. One that needs longer than the limit is judged by what it did until then.

    words    of the worker's command
    enqueue  queues so many
    ended    how many ends are recorded
    """
    with worker(*words) as process:
        enqueue(WARM_UP)
        if _until(ended, WARM_UP, PATIENCE, process) < WARM_UP:
            raise RuntimeError(f"not {WARM_UP} had ended after {PATIENCE} s")
        os.killpg(process.pid, signal.SIGSTOP)
        enqueue(count())
        began = time.perf_counter()
        os.killpg(process.pid, signal.SIGCONT)
        done = _until(ended, WARM_UP + count(), limit(), process) - WARM_UP
        return done / (time.perf_counter() - began)


def _until(ended: Callable[[], int], wanted: int, seconds: float, process: "subprocess.Popen[bytes]") -> int:
    deadline = time.monotonic() + seconds
    while (found := ended()) < wanted and time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the worker ended with {process.returncode}")
        time.sleep(0.02)
    return found


def counted(conn: Any, query: str) -> int:
    """The number that a query answers."""
    return int(conn.execute(query).fetchone()[0])


def stamps() -> Path:
    """The file that bodies write to when they begin."""
    return Path(given("SCRATCH"), "stamps")


def stamp(due: float) -> None:
    """Note that a body begins now that was due then."""
    file = os.open(stamps(), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, STAMP.pack(due, time.time()))
    os.close(file)


def begun() -> int:
    """How many bodies have begun."""
    return stamps().stat().st_size // STAMP.size if stamps().exists() else 0


def read_stamps() -> list[tuple[float, float]]:
    """(due, begun) of every body."""
    return [(due, at) for due, at in STAMP.iter_unpack(stamps().read_bytes())] if stamps().exists() else []


def wait_until_begun(wanted: int, due: float) -> None:
    """Return when so many bodies have begun, or when the limit is over."""
    while begun() < wanted and time.time() < due + limit():
        time.sleep(0.02)


def herd(due: float) -> Mapping[str, Any]:
    """What became of COUNT bodies that were due at one instant."""
    return {"lags": sorted(at - due for _, at in read_stamps()), "wanted": count()}


def cpu_seconds() -> float:
    """CPU of this process, and of those below it that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
