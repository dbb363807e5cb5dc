"""Renew subscriptions that renew themselves, and suspend those that are over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from rota.domain.errors import Invalid
from rota.jobs.allowed import Span, database, nothing_configured, now
from rota.jobs.tables import BATCH, as_stored, key_of, table_of
from rota.sdk import JobContext, JobResult, task


@task("rota.subscription_renewal", title="Renew and suspend subscriptions", timeout=600)
def subscription_renewal(
    context: JobContext,
    *,
    table: str = "",
    expires_column: str = "expires_at",
    status_column: str = "status",
    renews_column: str = "auto_renew",
    active: str = "active",
    suspended: str = "suspended",
    period_days: Annotated[int, Field(ge=1, le=100_000)] = 30,
    grace_days: Span = 0,
    dry_run: bool = False,
) -> JobResult:
    """Of the rows of `table` that are `active` and over: prolong by `period_days` where `renews_column` says so.

    The others become `suspended` once `grace_days` have passed too. The table is named in the setting job_tables.
    Each row is changed on its own, by what it was: safe to run twice, and to interrupt.
    """
    from sqlalchemy import select

    engine = database(context)
    if engine is None or not table:
        return nothing_configured("set the argument table, and ROTA_APP_DATABASE_URL")
    found = table_of(engine, table, expires_column, status_column, renews_column)
    key, at, status = key_of(found), found.c[expires_column], found.c[status_column]
    if at.type.python_type is not datetime:
        raise Invalid(f"{expires_column} holds no timestamps", fix="name the column that does")
    today, counted = now(), {"renewed": 0, "suspended": 0}
    terms = Terms(expires_column, status_column, suspended, period_days, grace_days)
    with engine.connect() as conn:
        over = (status == active, at < as_stored(at, today))
        wanted = select(*key, at, found.c[renews_column]).where(*over).order_by(*key).limit(BATCH * 20)
        rows = conn.execute(wanted).all()
    for number, row in enumerate(rows, 1):
        *ids, ends, renews = row
        if (changed := _change(ends, bool(renews), as_stored(at, today), terms)) is None:
            continue
        counted[changed[0]] += 1
        if not dry_run:
            same = [column == value for column, value in zip(key, ids, strict=True)]
            with engine.begin() as conn:
                conn.execute(found.update().where(*same, status == active, at == ends).values(changed[1]))
            context.progress(number, len(rows), f"{number} looked at")
    return _result(counted, dry_run)


def _result(counted: dict[str, int], dry_run: bool) -> JobResult:
    told = ", ".join(f"{n} {'would be ' if dry_run else ''}{word}" for word, n in counted.items())
    return JobResult(message=told, items_processed=sum(counted.values()), metrics=dict(counted))


@dataclass(frozen=True, slots=True)
class Terms:
    """The columns, the word for a suspended one, and the days."""

    expires: str
    status: str
    suspended: str
    period_days: int
    grace_days: float


def _change(ends: datetime, renews: bool, today: datetime, terms: Terms) -> tuple[str, dict[str, Any]] | None:
    """What becomes of a subscription that is over: the word for it and the new values, or nothing yet."""
    if renews:
        while ends < today:
            ends += timedelta(days=terms.period_days)
        return "renewed", {terms.expires: ends}
    if ends + timedelta(days=terms.grace_days) <= today:
        return "suspended", {terms.status: terms.suspended}
    return None
