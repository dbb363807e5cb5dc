"""Count the rows of a table by day and group, into another table."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from rota.domain.words import plural
from rota.jobs.allowed import Days, database, nothing_configured, now
from rota.jobs.tables import as_stored, table_of
from rota.sdk import JobContext, JobResult, task

if TYPE_CHECKING:
    from sqlalchemy import Engine, Table


@task("rota.analytics_aggregation", title="Analytics aggregation", timeout=1800)
def analytics_aggregation(
    context: JobContext,
    *,
    table: str = "",
    column: str = "created_at",
    group_by: str = "",
    into: str = "",
    days: Days = 3,
    dry_run: bool = False,
) -> JobResult:
    """Count the rows of `table` of each of the last `days` days, by `group_by`, and write the counts into `into`.

    into  has the columns day (text), name (text) and n (a number)
    Both tables are named in the setting job_tables. A day is counted anew and replaced as a whole, in one
    transaction: safe to run twice, and to interrupt.
    """
    engine = database(context)
    if engine is None or not (table and into):
        return nothing_configured("set the arguments table and into, and ROTA_APP_DATABASE_URL")
    source = table_of(engine, table, column, *([group_by] if group_by else []))
    target = table_of(engine, into, "day", "name", "n")
    total, today = 0, now().date()
    for number in range(days):
        day = today - timedelta(days=days - 1 - number)
        total += _count(engine, source, target, column, group_by, day, dry_run)
        context.progress(number + 1, days, f"{day} is counted")
    told = f"{plural(total, 'count')} of {plural(days, 'day')} {'would be written' if dry_run else 'written'}"
    return JobResult(message=told, items_processed=total)


def _count(
    engine: "Engine", source: "Table", target: "Table", column: str, group_by: str, day: date, dry_run: bool
) -> int:
    from datetime import UTC, datetime

    from sqlalchemy import func, literal, select

    begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
    at = source.c[column]
    group: Any = source.c[group_by] if group_by else literal(source.name)
    within = (at >= as_stored(at, begins), at < as_stored(at, begins + timedelta(days=1)))
    with engine.begin() as conn:
        counted = conn.execute(select(group, func.count()).where(*within).group_by(group)).all()
        if not dry_run:
            conn.execute(target.delete().where(target.c.day == day.isoformat()))
            rows = [{"day": day.isoformat(), "name": str(name), "n": n} for name, n in counted]
            if rows:
                conn.execute(target.insert(), rows)
    return len(counted)
