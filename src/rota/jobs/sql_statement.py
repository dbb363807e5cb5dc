"""Run a statement that the settings name."""

import json
import os

from rota.domain.errors import unknown
from rota.domain.words import plural
from rota.jobs.allowed import database, nothing_configured
from rota.sdk import JobContext, JobResult, task

LISTED = 100


@task("rota.sql_statement", title="Run an SQL statement")
def sql_statement(
    context: JobContext,
    *,
    statement: str = "",
    parameters: dict[str, str | float | bool | None] | None = None,
    dry_run: bool = False,
) -> JobResult:
    """Run a statement in the application's database, in one transaction.

    statement   the name of one of [job_statements] in the settings: no SQL comes from a job's arguments
    parameters  values for its :names
    dry_run     run it and take it back
    """
    engine = database(context)
    if engine is None or not statement:
        return nothing_configured("set the argument statement, and ROTA_APP_DATABASE_URL")
    known: dict[str, str] = json.loads(os.environ.get("ROTA_JOB_STATEMENTS") or "{}")
    if statement not in known:
        raise unknown("statement", statement, known)
    from sqlalchemy import text

    with engine.connect() as conn:
        done = conn.execute(text(known[statement]), parameters or {})
        rows = (
            [[str(value) for value in row] for row in done.fetchmany(LISTED)] if done.returns_rows else None
        )
        count = len(rows) if rows is not None else done.rowcount
        context.progress(1, 1, "run")
        conn.rollback() if dry_run else conn.commit()
    told = plural(count, "row") + (" (taken back)" if dry_run else "")
    return JobResult(message=told, items_processed=max(count, 0), data=rows)
