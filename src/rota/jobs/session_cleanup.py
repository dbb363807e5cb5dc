"""Close sessions that nobody uses any more."""

from datetime import timedelta

from rota.domain.words import plural
from rota.jobs.allowed import Most, Span, database, nothing_configured, now, verb
from rota.jobs.tables import as_stored, sweep, table_of
from rota.sdk import JobContext, JobResult, task


@task("rota.session_cleanup", title="Close inactive sessions")
def session_cleanup(
    context: JobContext,
    *,
    hours: Span = 1,
    table: str = "sessions",
    column: str = "last_activity",
    most: Most = 100_000,
    dry_run: bool = False,
) -> JobResult:
    """Delete the sessions of the application that were last active more than `hours` hours ago.

    table   the application's session table, in the database of ROTA_APP_DATABASE_URL; one that is not called
            "sessions" has to be named in the setting job_tables
    column  when a session was last active: a timestamp, or seconds since 1970
    Safe to run twice. Without a database of the application there is nothing to do.
    """
    engine = database(context)
    if engine is None:
        return nothing_configured("set ROTA_APP_DATABASE_URL, whose sessions are to be closed")
    sessions = table_of(engine, table, column, always=("sessions",))
    old = sessions.c[column] < as_stored(sessions.c[column], now() - timedelta(hours=hours))
    deleted = sweep(context, engine, sessions, old, dry_run=dry_run, most=most)
    return JobResult(
        message=f"{plural(deleted, 'inactive session')} {verb(dry_run, 'deleted')}", items_processed=deleted
    )
