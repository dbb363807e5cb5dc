"""Delete old executions and their output."""

from rota.domain.words import plural
from rota.jobs.allowed import Span
from rota.sdk import JobContext, JobResult, task


@task("rota.database_cleanup", title="Delete old execution records", timeout=3600)
def database_cleanup(
    context: JobContext,
    *,
    keep_days: Span | None = None,
    keep_failed_days: Span | None = None,
    dry_run: bool = False,
) -> JobResult:
    """Delete executions that ended more than `keep_days` days ago; failures are kept for `keep_failed_days`.

    What is not given is as the settings retention_days (30) and retention_failed_days (90) say.
    Works in small steps, each a short transaction. Safe to run twice, and to interrupt.
    """
    deleted, last_id = 0, 0
    while last_id is not None:
        step = context.rota.purge_executions(
            after_id=last_id, keep_days=keep_days, keep_failed_days=keep_failed_days, dry_run=dry_run
        )
        deleted, last_id = deleted + step["deleted"], step["last_id"]
        context.progress(deleted, message=f"{deleted} deleted")
    if not dry_run:
        context.rota.forget_nodes(keep_days=keep_failed_days)
        while context.rota.purge_counts():
            pass
        while context.rota.reclaim():
            pass
    verb = "would be deleted" if dry_run else "deleted"
    return JobResult(message=f"{plural(deleted, 'execution')} {verb}", items_processed=deleted)
