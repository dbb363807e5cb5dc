"""Delete journal entries that are old enough, or marked as done with."""

from datetime import timedelta

from rota.domain.words import plural
from rota.jobs.allowed import Most, Span, database, nothing_configured, now, verb
from rota.jobs.tables import as_stored, sweep, table_of
from rota.sdk import JobContext, JobResult, task


@task("rota.journal_cleanup", title="Clean up journals", timeout=1800)
def journal_cleanup(
    context: JobContext,
    *,
    table: str = "",
    column: str = "created_at",
    days: Span = 365,
    status_column: str = "",
    statuses: list[str] | None = None,
    most: Most = 100_000,
    dry_run: bool = False,
) -> JobResult:
    """Delete the rows of `table` older than `days` days whose `status_column` is one of `statuses`.

    Without a status column age alone counts. The table is named in the setting job_tables. Safe to run twice.
    """
    engine = database(context)
    if engine is None or not table:
        return nothing_configured("set the argument table, and ROTA_APP_DATABASE_URL")
    journals = table_of(engine, table, column, *([status_column] if status_column else []))
    old = journals.c[column] < as_stored(journals.c[column], now() - timedelta(days=days))
    if status_column:
        old &= journals.c[status_column].in_(statuses or [])
    deleted = sweep(context, engine, journals, old, dry_run=dry_run, most=most)
    return JobResult(
        message=f"{plural(deleted, 'journal')} {verb(dry_run, 'deleted')}", items_processed=deleted
    )
