"""Delete tokens that are good for nothing any more."""

from rota.domain.words import plural
from rota.jobs.allowed import Span, verb
from rota.sdk import JobContext, JobResult, task


@task("rota.token_cleanup", title="Delete expired tokens")
def token_cleanup(context: JobContext, *, days: Span = 30, dry_run: bool = False) -> JobResult:
    """Delete tokens that expired or were revoked more than `days` days ago. Safe to run twice, and to interrupt."""
    deleted, more = 0, True
    while more:
        step = context.rota.purge_tokens(days=days, dry_run=dry_run)
        deleted, more = deleted + step["deleted"], step["more"]
        context.progress(deleted, message=f"{deleted} deleted")
    return JobResult(
        message=f"{plural(deleted, 'token')} {verb(dry_run, 'deleted')}", items_processed=deleted
    )
