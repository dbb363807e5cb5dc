"""Delete rows that are older than so many days from a table of the application."""

from datetime import timedelta

from rota.domain.words import plural
from rota.jobs.allowed import Most, Span, database, nothing_configured, now, verb
from rota.jobs.tables import as_stored, sweep, table_of
from rota.sdk import JobContext, JobResult, task


@task("rota.row_cleanup", title="Delete old rows", timeout=1800)
def row_cleanup(
    context: JobContext,
    *,
    table: str = "",
    column: str = "created_at",
    days: Span = 30,
    most: Most = 100_000,
    dry_run: bool = False,
) -> JobResult:
    """Delete the rows of `table` whose `column` is more than `days` days ago, at most `most` a run.

    table  of the application's database, named in the setting job_tables
    Safe to run twice, and to interrupt: each transaction is short.
    """
    engine = database(context)
    if engine is None or not table:
        return nothing_configured("set the argument table, and ROTA_APP_DATABASE_URL")
    found = table_of(engine, table, column)
    old = found.c[column] < as_stored(found.c[column], now() - timedelta(days=days))
    deleted = sweep(context, engine, found, old, dry_run=dry_run, most=most)
    return JobResult(
        message=f"{plural(deleted, 'row')} of {table} {verb(dry_run, 'deleted')}", items_processed=deleted
    )
