"""The report of a day."""

from datetime import timedelta

from rota.jobs.allowed import now
from rota.jobs.reporting import run_report
from rota.sdk import JobContext, JobResult, task


@task("rota.daily_report", title="Daily report", timeout=600)
def daily_report(context: JobContext, *, to: list[str] | None = None, dry_run: bool = False) -> JobResult:
    """Make the report of yesterday (UTC), keep it, and send it to the channels `to`. Safe to run twice.

    dry_run  make it, and show it in the output; nothing is kept or sent
    """
    ends = (context.scheduled_for or now()).replace(hour=0, minute=0, second=0, microsecond=0)
    return run_report(context, "daily", ends - timedelta(days=1), ends, to, dry_run=dry_run)
