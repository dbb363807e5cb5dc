"""End log-ins to rota itself that nobody uses any more."""

from rota.jobs.allowed import Span, verb
from rota.sdk import JobContext, JobResult, task


@task("rota.cleanup_inactive_sessions", title="End inactive log-ins")
def cleanup_inactive_sessions(context: JobContext, *, hours: Span = 1, dry_run: bool = False) -> JobResult:
    """End log-ins to rota that were last seen more than `hours` hours ago. Safe to run twice."""
    ended = context.rota.close_sessions(hours=hours, dry_run=dry_run)
    context.progress(ended, message=f"{ended} log-ins")
    return JobResult(message=f"{ended} inactive log-ins {verb(dry_run, 'ended')}", items_processed=ended)
