"""What ended on each day of some place: the hours that are counted, added up by the local date."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    cast,
    func,
    literal,
    select,
    type_coerce,
)

from rota.domain.execution import Status
from rota.store.schema import EPOCH, activity, rollups

DAY = 86_400


class Total(NamedTuple):
    """How many executions ended so on a local day; total_ms: the time they took, None where that is not known."""

    day: date
    status: Status
    n: int
    total_ms: int | None = None


def of_all(conn: Connection, since: datetime, until: datetime, offset: int) -> list[Total]:
    """All jobs, from `since` until before `until`, in which the clock is `offset` seconds ahead of UTC."""
    columns = activity.c
    day = _day(conn, columns.at, offset).label("day")
    query = select(day, columns.status, func.sum(columns.n)).where(columns.at >= since, columns.at < until)
    rows = conn.execute(query.group_by(day, columns.status).order_by(day, columns.status))
    return [Total(_date(number), Status(status), int(n)) for number, status, n in rows]


def of_job(conn: Connection, job_id: int, since: datetime, until: datetime, offset: int) -> list[Total]:
    """One job, in the same way."""
    columns = rollups.c
    day = _day(conn, columns.hour, offset).label("day")
    query = select(day, columns.status, func.sum(columns.n), func.sum(columns.total_ms))
    query = query.where(columns.job_id == job_id, columns.hour >= since, columns.hour < until)
    rows = conn.execute(query.group_by(day, columns.status).order_by(day, columns.status))
    return [Total(_date(number), Status(status), int(n), int(ms)) for number, status, n, ms in rows]


def _day(conn: Connection, instant: ColumnElement[Any], offset: int) -> ColumnElement[int]:
    """Days from the epoch to the local date."""
    # Written out, so that a database sees that what is selected is what is grouped by.
    shift = literal(offset, literal_execute=True)
    day = literal(DAY, literal_execute=True)
    if conn.dialect.name == "postgresql":
        return cast(func.floor((func.date_part("epoch", instant) + shift) / day), Integer)
    return (type_coerce(instant, BigInteger()) // 1_000_000 + shift) // day


def _date(number: int) -> date:
    return (EPOCH + timedelta(days=number)).date()
