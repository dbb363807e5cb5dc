"""The report of a week."""

from datetime import timedelta

from rota.jobs.allowed import now
from rota.jobs.reporting import run_report
from rota.sdk import JobContext, JobResult, task


@task("rota.weekly_report", title="Weekly report", timeout=600)
def weekly_report(context: JobContext, *, to: list[str] | None = None, dry_run: bool = False) -> JobResult:
    """Make the report of the seven days up to yesterday (UTC), keep it, and send it. Safe to run twice.

    dry_run  make it, and show it in the output; nothing is kept or sent
    """
    ends = (context.scheduled_for or now()).replace(hour=0, minute=0, second=0, microsecond=0)
    return run_report(context, "weekly", ends - timedelta(days=7), ends, to, dry_run=dry_run)
