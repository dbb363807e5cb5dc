"""How fast, how much and how well things run: numbers to be compared over time."""

from typing import Any

import psutil

from rota.jobs.allowed import Limit, Percent, Span
from rota.sdk import JobContext, JobResult, task


@task("rota.performance_monitor", title="Performance monitor")
def performance_monitor(
    context: JobContext,
    *,
    minutes: Span = 60,
    failed_percent: Percent = 100,
    p95_seconds: Limit | None = None,
    cpu_percent: Percent = 100,
    lag_seconds: Limit = 60,
) -> JobResult:
    """Note what ended lately, how long it took, how late planning is, and how busy the machine is.

    minutes  how far back; counts are kept by the hour
    failed_percent, p95_seconds, cpu_percent, lag_seconds  fail when one is exceeded
    """
    metrics: dict[str, Any] = context.rota.performance(minutes=minutes)
    context.progress(1, 2, "rota is measured")
    metrics["cpu_percent"] = psutil.cpu_percent(interval=0.2)
    context.progress(2, 2, "the machine is measured")
    metrics["failed_percent"] = round(100 * metrics["unsuccessful"] / max(1, metrics["ended"]), 1)
    metrics["p95_seconds"] = (metrics["p95_ms"] or 0) / 1000
    limits = {"failed_percent": failed_percent, "p95_seconds": p95_seconds, "cpu_percent": cpu_percent,
              "lag_seconds": lag_seconds}  # fmt: skip
    problems = [
        f"{name} is {metrics[name]:g}, more than {limit:g}"
        for name, limit in limits.items()
        if limit is not None and metrics[name] > limit
    ]
    told = (
        "; ".join(problems) or f"{metrics['ended']} ended, {metrics['unsuccessful']} of them unsuccessfully"
    )
    metrics = {name: value for name, value in metrics.items() if value is not None}
    return JobResult(
        success=not problems,
        message=told,
        items_processed=metrics["ended"],
        items_failed=len(problems),
        metrics=metrics,
    )
