"""Look at what rota stands on."""

import shutil
from pathlib import Path
from typing import Annotated, Any

import psutil
from pydantic import Field

from rota.jobs.allowed import Limit, Percent
from rota.sdk import JobContext, JobResult, task


@task("rota.system_health_check", title="System health check")
def system_health_check(
    context: JobContext,
    *,
    disk_free_percent: Percent = 5,
    memory_free_percent: Percent = 3,
    lag_seconds: Limit = 60,
    database_ms: Limit = 1000,
    unserved: Annotated[int, Field(ge=0, le=10_000_000)] = 0,
) -> JobResult:
    """Check the database, the disk, the memory, the scheduler's lag, the workers and the broker against limits.

    disk_free_percent, memory_free_percent  fail when less is free
    lag_seconds   fail when a due job has waited longer than this to be planned
    database_ms   fail when the database took longer to answer
    unserved      fail when more executions than this wait in queues that no live node serves
    A scheduler that cannot reach its broker fails it too.
    """
    metrics: dict[str, Any] = context.rota.health() | _machine()
    context.progress(1, 2, "measured")
    file = metrics.pop("database_file")
    if file is not None:
        usage = shutil.disk_usage(Path(file).resolve().parent)
        metrics["disk_free_percent"] = round(usage.free / usage.total * 100, 1)
    least = {"disk_free_percent": disk_free_percent, "memory_free_percent": memory_free_percent}
    most = {"scheduler_lag_seconds": lag_seconds, "database_ms": database_ms, "unserved": unserved,
            "brokers_away": 0}  # fmt: skip
    problems = [
        f"{name} is {metrics[name]:g}, less than {limit:g}"
        for name, limit in least.items()
        if metrics[name] < limit
    ]
    problems += [
        f"{name} is {metrics[name]:g}, more than {limit:g}"
        for name, limit in most.items()
        if metrics[name] > limit
    ]
    context.progress(2, 2, "compared")
    message = "; ".join(problems) or "database, disk, memory, scheduler and workers are well"
    return JobResult(
        success=not problems,
        message=message,
        items_processed=len(least) + len(most),
        items_failed=len(problems),
        metrics=metrics,
    )


def _machine() -> dict[str, float]:
    memory = psutil.virtual_memory()
    disk = shutil.disk_usage("/")
    return {
        "disk_free_percent": round(disk.free / disk.total * 100, 1),
        "memory_free_percent": round(memory.available / memory.total * 100, 1),
        "load_1m": round(psutil.getloadavg()[0], 2),
    }
