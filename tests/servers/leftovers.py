"""What a test may not leave behind: a process or a thread."""

import os
import threading
import uuid
from collections.abc import Iterator

import psutil
import pytest

# Every process that a test starts inherits it, so those are found too that are not our descendants any more.
MARK = "STARTED_BY_TESTS"
GRACE_SECONDS = 2.0


@pytest.fixture(scope="session", autouse=True)
def mark() -> Iterator[str]:
    """Mark all that is started from here on as started by this test process."""
    os.environ[MARK] = value = uuid.uuid4().hex
    yield value
    del os.environ[MARK]


@pytest.fixture(autouse=True)
def nothing_left(mark: str, service_processes: set[int]) -> Iterator[None]:
    """Fail a test after which one of its processes or threads is still there (daemon threads aside)."""
    processes, threads = set(psutil.pids()), set(threading.enumerate())
    yield
    left = threads_left(threads, GRACE_SECONDS)
    left += ended(
        [*descendants(psutil.Process(), service_processes), *strays(mark, processes)], GRACE_SECONDS
    )
    if left:
        pytest.fail(f"left behind: {', '.join(left)}", pytrace=False)


def threads_left(before: set[threading.Thread], grace: float) -> list[str]:
    """The threads started since `before` that do not end within `grace` seconds each, daemons aside."""
    started = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    for thread in started:
        thread.join(grace)
    return [f"thread {thread.name}" for thread in started if thread.is_alive()]


def descendants(process: psutil.Process, but_not: set[int]) -> Iterator[psutil.Process]:
    """Every process below `process`, except those of session services."""
    for child in process.children():
        if child.pid not in but_not:
            yield child
            yield from descendants(child, but_not)


def strays(mark: str, known: set[int]) -> Iterator[psutil.Process]:
    """The processes that started after `known` were listed and bear our mark."""
    for pid in set(psutil.pids()) - known:
        try:
            process = psutil.Process(pid)
            if process.environ().get(MARK) == mark:
                yield process
        except psutil.Error:
            continue


def ended(processes: list[psutil.Process], grace: float) -> list[str]:
    """Wait up to `grace` seconds for all to end, then end those that did not. Returns what these were."""
    _, alive = psutil.wait_procs(set(processes), timeout=grace)
    described = []
    for process in alive:
        try:
            described.append(f"process {process.pid} ({' '.join(process.cmdline())})")
            process.kill()
        except psutil.NoSuchProcess:
            continue
    return described
