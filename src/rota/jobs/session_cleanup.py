"""Close sessions that nobody uses any more."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from rota.domain.errors import Invalid, Unavailable
from rota.sdk import JobContext, JobResult, task

if TYPE_CHECKING:
    from sqlalchemy import Column, Engine, Table


@task("rota.session_cleanup", title="Close inactive sessions")
def session_cleanup(
    context: JobContext, *, hours: float = 1, table: str = "sessions", column: str = "last_activity"
) -> JobResult:
    """Delete the sessions of the application that were last active more than `hours` hours ago.

    table   the application's session table, in the database of ROTA_APP_DATABASE_URL
    column  when a session was last active: a timestamp, or seconds since 1970
    Safe to run twice. Without a database of the application there is nothing to do.
    """
    try:
        engine = context.db
    except Unavailable:
        context.log.info("no database of the application is set (ROTA_APP_DATABASE_URL)")
        return JobResult(message="no session table is configured: nothing to clean up", items_processed=0)
    sessions, last_active = _found(engine, table, column)
    limit = _as_stored(last_active, datetime.now(UTC) - timedelta(hours=hours))  # noqa: TID251 (a body runs in real time)
    with engine.begin() as conn:
        deleted = conn.execute(sessions.delete().where(last_active < limit)).rowcount
    return JobResult(message=f"{deleted} inactive sessions deleted", items_processed=deleted)


def _found(engine: "Engine", table: str, column: str) -> "tuple[Table, Column[Any]]":
    """The table and its column. Raises Invalid, naming what is there."""
    from sqlalchemy import MetaData, Table
    from sqlalchemy.exc import NoSuchTableError

    try:
        sessions = Table(table, MetaData(), autoload_with=engine)
    except NoSuchTableError as error:
        fix = "set the argument `table` of the job session_cleanup"
        raise Invalid(f'the application has no table "{table}"', fix=fix) from error
    if column not in sessions.c:
        fix = f"set the argument `column` to one of {', '.join(sessions.c.keys())}"
        raise Invalid(f'table "{table}" has no column "{column}"', fix=fix)
    return sessions, sessions.c[column]


def _as_stored(column: "Column[Any]", instant: datetime) -> Any:
    """The instant in the way of the column: with or without zone, as seconds, or as text."""
    kind = column.type.python_type
    if kind is datetime:
        return instant if getattr(column.type, "timezone", False) else instant.replace(tzinfo=None)
    if kind is str:
        return instant.replace(tzinfo=None).isoformat(" ")
    return int(instant.timestamp()) if kind is int else kind(instant.timestamp())
