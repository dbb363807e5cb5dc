"""What the jobs of `rota demo` run when its database is served: work that only takes time, and tells how far it is."""

import random
import time
from typing import Any

from rota.sdk import JobContext, JobResult, task


@task("demo.work", title="Pretend to work")
def work(
    context: JobContext, *, seconds: float = 20, steps: int = 20, fails: float = 0.05, **others: Any
) -> JobResult:
    """Take some seconds, say how far it is, and fail now and then.

    fails   the share of runs that end with an error, 0 to 1
    others  are only told
    """
    for name, value in others.items():
        print(f"{name} = {value!r}")
    for step in range(1, steps + 1):
        time.sleep(seconds / steps)
        context.progress(step, steps, "parts")
        context.log.info("part %d of %d", step, steps)
        if random.random() < fails / steps:
            raise ConnectionResetError(f"the other side went away in part {step}")
    return JobResult(message=f"{steps} parts done", items_processed=steps)
