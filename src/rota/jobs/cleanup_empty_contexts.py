"""Delete parents without children: conversation contexts without a message."""

from datetime import timedelta

from rota.jobs.allowed import Most, Span, database, nothing_configured, now, verb
from rota.jobs.tables import as_stored, key_of, sweep, table_of
from rota.sdk import JobContext, JobResult, task


@task("rota.cleanup_empty_contexts", title="Remove empty conversation contexts")
def cleanup_empty_contexts(
    context: JobContext,
    *,
    parents: str = "",
    children: str = "",
    child_column: str = "context_id",
    age_column: str = "created_at",
    hours: Span = 1,
    most: Most = 100_000,
    dry_run: bool = False,
) -> JobResult:
    """Delete the rows of `parents` that no row of `children` names in `child_column`.

    age_column, hours  only those made at least so long ago: a new one may be about to get its first child
    Both tables are named in the setting job_tables. Safe to run twice, and to interrupt.
    """
    from sqlalchemy import exists

    engine = database(context)
    if engine is None or not parents or not children:
        return nothing_configured("set the arguments parents and children, and ROTA_APP_DATABASE_URL")
    above, below = table_of(engine, parents, age_column), table_of(engine, children, child_column)
    empty = ~exists().where(below.c[child_column] == key_of(above)[0])
    empty &= above.c[age_column] < as_stored(above.c[age_column], now() - timedelta(hours=hours))
    deleted = sweep(context, engine, above, empty, dry_run=dry_run, most=most)
    return JobResult(message=f"{deleted} empty {parents} {verb(dry_run, 'deleted')}", items_processed=deleted)
