"""What is queued and may not start yet: held, let go, asked to give way."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, or_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from rota.domain.execution import ACTIVE, UNDERWAY, WAITING, Status
from rota.store.rows import IDS, among, one_of
from rota.store.schema import executions, jobs

_e = executions.c

OVERLAP, JOB = "overlap", "job"
"""Why a queued execution is held: another of its job is active; its job is paused or disabled."""


def queued(conn: Connection, job_id: int, hold: str | None = None) -> list[int]:
    """The ids of what a job has queued and not begun (and is held for that reason), the oldest first."""
    mine = select(_e.id).where(_e.job_id == job_id, one_of(_e.status, Status.QUEUED)).order_by(_e.id)
    return list(conn.execute(mine if hold is None else mine.where(_e.hold == hold)).scalars())


def let_overlap(conn: Connection, job_id: int) -> None:
    """Let everything go that waits because its job may not overlap; where that is held itself, it waits for that."""
    held = and_(_e.job_id == job_id, one_of(_e.status, Status.QUEUED))
    conn.execute(update(executions).values(exclusive=False).where(held))
    stopped = or_(~jobs.c.is_enabled, jobs.c.paused_at.is_not(None))
    why = case((select(jobs.c.id).where(jobs.c.id == job_id, stopped).exists(), JOB), else_=None)
    conn.execute(update(executions).values(hold=why).where(held, _e.hold == OVERLAP))


def forbid_overlap(conn: Connection, job_id: int) -> None:
    """Hold what was queued while the job might overlap, but for the oldest when nothing has begun."""
    mine = (_e.job_id == job_id, one_of(_e.status, Status.QUEUED))
    conn.execute(update(executions).values(exclusive=True).where(*mine))
    begun = select(_e.id).where(_e.job_id == job_id, one_of(_e.status, *UNDERWAY)).limit(1)
    first = None if conn.execute(begun).scalar() else min(queued(conn, job_id), default=None)
    conn.execute(update(executions).values(hold=OVERLAP).where(*mine, _e.id.is_distinct_from(first)))


def release(conn: Connection, job_ids: Iterable[int]) -> set[int]:
    """Let the oldest execution held for overlap go, of each job that is free to run. Returns those jobs."""
    held = set(conn.execute(_held(conn.dialect.name), {IDS: list(job_ids)}).scalars())
    return set(conn.execute(_release(conn.dialect.name), {IDS: list(held)}).scalars()) if held else held


@cache
def _held(dialect: str) -> Select[Any]:
    """Nearly always there is none, and asking only that has one plan, however many are active."""
    held = (among(dialect, _e.job_id), one_of(_e.status, Status.QUEUED), _e.hold == OVERLAP)
    return select(_e.job_id).where(*held)


@cache
def _release(dialect: str) -> ReturningUpdate[Any]:
    other = executions.alias("other")
    in_the_way = (
        select(other.c.id)
        .where(other.c.job_id == _e.job_id, one_of(other.c.status, *ACTIVE))
        .where(func.coalesce(other.c.hold, "") != OVERLAP)
        .exists()
    )
    held = (among(dialect, _e.job_id), one_of(_e.status, Status.QUEUED), _e.hold == OVERLAP)
    may_run = jobs.c.is_enabled & jobs.c.paused_at.is_(None)
    heads = (
        select(func.min(_e.id))
        .join(jobs, (jobs.c.id == _e.job_id) & may_run)
        .where(*held, ~in_the_way)
        .group_by(_e.job_id)
    )
    return update(executions).values(hold=None).where(_e.id.in_(heads.scalar_subquery())).returning(_e.job_id)


def hold(conn: Connection, job_id: int) -> None:
    """Hold what a job has waiting, here or at a broker, because it was paused or disabled."""
    queued = and_(_e.job_id == job_id, one_of(_e.status, *WAITING), _e.hold.is_(None))
    conn.execute(update(executions).values(hold=JOB).where(queued))


def unhold(conn: Connection, job_id: int) -> None:
    """Let go what was held because the job was paused or disabled."""
    held = and_(_e.job_id == job_id, one_of(_e.status, *WAITING), _e.hold == JOB)
    conn.execute(update(executions).values(hold=None).where(held))
    release(conn, [job_id])


def ask_to_stop(conn: Connection, ids: Iterable[int], by: str, reason: str | None) -> None:
    """Note on begun executions that they are to stop; their owners look for it."""
    asked = and_(_e.id.in_(list(ids)), _e.cancel_requested_by.is_(None))
    conn.execute(update(executions).values(cancel_requested_by=by, cancel_reason=reason).where(asked))
