"""Look at what rota stands on."""

import shutil
from pathlib import Path
from typing import Any

import psutil

from rota.sdk import JobContext, JobResult, task


@task("rota.system_health_check", title="System health check")
def system_health_check(
    context: JobContext,
    *,
    disk_free_percent: float = 5,
    memory_free_percent: float = 3,
    lag_seconds: float = 60,
    database_ms: float = 1000,
) -> JobResult:
    """Check the database, the disk, the memory and the scheduler's lag against limits.

    disk_free_percent, memory_free_percent  fail when less is free
    lag_seconds   fail when a due job has waited longer than this to be planned
    database_ms   fail when the database took longer to answer
    """
    metrics: dict[str, Any] = context.rota.health() | _machine()
    file = metrics.pop("database_file")
    if file is not None:
        usage = shutil.disk_usage(Path(file).resolve().parent)
        metrics["disk_free_percent"] = round(usage.free / usage.total * 100, 1)
    problems = [
        f"{name} is {metrics[name]:g}, {word} {limit:g}"
        for name, limit, word, bad in (
            ("disk_free_percent", disk_free_percent, "less than", metrics["disk_free_percent"] < disk_free_percent),
            ("memory_free_percent", memory_free_percent, "less than", metrics["memory_free_percent"] < memory_free_percent),
            ("scheduler_lag_seconds", lag_seconds, "more than", metrics["scheduler_lag_seconds"] > lag_seconds),
            ("database_ms", database_ms, "more than", metrics["database_ms"] > database_ms),
        )
        if bad
    ]  # fmt: skip
    message = "; ".join(problems) or "database, disk, memory and scheduler are well"
    checked = 4
    return JobResult(
        success=not problems,
        message=message,
        items_processed=checked,
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
