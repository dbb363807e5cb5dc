"""A job that notes each slot that it is run for, in a file that all processes share."""

import os

from rota import JobContext, job

FILE = "NOTED_SLOTS"


@job(every="1s", overlap="allow")
def note(context: JobContext) -> None:
    """One line a run; a line is written in one piece."""
    assert context.scheduled_for is not None
    with open(os.environ[FILE], "ab", buffering=0) as file:
        file.write(f"{context.scheduled_for.isoformat()}\n".encode())
