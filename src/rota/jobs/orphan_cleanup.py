"""Delete rows whose parent is gone."""

from rota.jobs.allowed import Most, database, nothing_configured, verb
from rota.jobs.tables import key_of, sweep, table_of
from rota.sdk import JobContext, JobResult, task


@task("rota.orphan_cleanup", title="Delete orphaned rows", timeout=1800)
def orphan_cleanup(
    context: JobContext,
    *,
    children: str = "",
    column: str = "",
    parents: str = "",
    most: Most = 100_000,
    dry_run: bool = False,
) -> JobResult:
    """Delete the rows of `children` whose `column` names a row of `parents` that is not there.

    A null names nobody and stays. Both tables are named in the setting job_tables. Safe to run twice.
    """
    from sqlalchemy import exists

    engine = database(context)
    if engine is None or not (children and column and parents):
        return nothing_configured("set the arguments children, column and parents, and ROTA_APP_DATABASE_URL")
    below, above = table_of(engine, children, column), table_of(engine, parents)
    orphaned = below.c[column].is_not(None) & ~exists().where(key_of(above)[0] == below.c[column])
    deleted = sweep(context, engine, below, orphaned, dry_run=dry_run, most=most)
    return JobResult(
        message=f"{deleted} orphaned {children} {verb(dry_run, 'deleted')}", items_processed=deleted
    )
