"""What jobs of the fault tests leave behind in a file of their own: how it really was, whatever rota records."""

import contextlib
import json
import os
import time
from collections.abc import Iterator
from typing import Any

from rota import JobContext

FILE = "FAULTS_EFFECTS"
TICK = 0.02


def note(context: JobContext, what: str, **more: Any) -> None:
    """Add a line. One write to a file that is open for appending is atomic, and a frozen job holds no lock."""
    line = {
        "what": what,
        "at": time.monotonic(),
        "execution": context.execution_id,
        "job": context.job_name,
        "attempt": context.attempt,
        "key": context.idempotency_key,
        "pid": os.getpid(),
    }
    fd = os.open(os.environ[FILE], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(fd, json.dumps(line | more).encode() + b"\n")
    finally:
        os.close(fd)


@contextlib.contextmanager
def noted(context: JobContext) -> Iterator[None]:
    """Note when the body begins, and when and how it ends."""
    note(context, "begin")
    how = "done"
    try:
        yield
    except BaseException as error:
        how = type(error).__name__
        raise
    finally:
        note(context, "end", how=how)


def work(context: JobContext, seconds: float) -> None:
    """Work for so long, and note all the time that it does."""
    with noted(context):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(TICK)
            note(context, "tick")
