"""The report of a month, with what an auditor asks."""

from datetime import timedelta

from rota.jobs.allowed import now
from rota.jobs.reporting import run_report
from rota.sdk import JobContext, JobResult, task


@task("rota.monthly_report", title="Monthly compliance report", timeout=600)
def monthly_report(context: JobContext, *, to: list[str] | None = None, dry_run: bool = False) -> JobResult:
    """Make the report of the month before (UTC): also changes, denials, failures and retention. Safe to run twice.

    dry_run  make it, and show it in the output; nothing is kept or sent
    """
    ends = (context.scheduled_for or now()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    begins = (ends - timedelta(days=1)).replace(day=1)
    return run_report(context, "monthly", begins, ends, to, dry_run=dry_run, audit=True)
