"""Tell of licences and subscriptions that expire soon."""

from datetime import timedelta

from rota.jobs.allowed import Span, database, nothing_configured, now
from rota.jobs.page import Page
from rota.jobs.sending import send
from rota.jobs.tables import as_stored, key_of, table_of
from rota.sdk import JobContext, JobResult, task

MOST = 1000


@task("rota.licence_expiry", title="Licence and subscription expiry")
def licence_expiry(
    context: JobContext,
    *,
    table: str = "",
    name_column: str = "name",
    expires_column: str = "expires_at",
    days: Span = 14,
    to: list[str] | None = None,
    dry_run: bool = False,
) -> JobResult:
    """Tell the channels `to` which rows of `table` expire within `days` days; at most once a day.

    table  named in the setting job_tables
    """
    from sqlalchemy import select

    engine = database(context)
    if engine is None or not table:
        return nothing_configured("set the argument table, and ROTA_APP_DATABASE_URL")
    found = table_of(engine, table, name_column, expires_column)
    at, today = found.c[expires_column], now()
    soon = (at >= as_stored(at, today), at < as_stored(at, today + timedelta(days=days)))
    with engine.connect() as conn:
        query = select(*key_of(found), found.c[name_column], at).where(*soon).order_by(at).limit(MOST)
        rows = [(str(row[-2]), str(row[-1])[:16]) for row in conn.execute(query)]
    if rows and to and not dry_run:
        page = Page(f"{len(rows)} of {table} expire within {days:g} days")
        page.table(("name", "expires"), rows)
        context.progress(1, 2, "found")
        send(context, page, to, f"{today:%Y-%m-%d}")
        context.progress(2, 2, "told")
    return JobResult(message=f"{len(rows)} of {table} expire within {days:g} days", items_processed=len(rows))
