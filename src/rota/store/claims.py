"""What waits in the queues, and whose it is: reading for a claim, and what an owner has underway."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, bindparam, cast, func, or_, select

from rota.domain.attempt import Attempt
from rota.domain.consequence import POISON
from rota.domain.execution import UNDERWAY, Status
from rota.domain.job import Overlap
from rota.store import settings
from rota.store.looking import Look
from rota.store.nodes import GONE, LIVE
from rota.store.rows import one_of
from rota.store.schema import executions, job_state, jobs, nodes, tasks

_e, _j = executions.c, jobs.c
_kwargs = cast(func.coalesce(_e.task_kwargs, _j.task_kwargs), Text)

_COLUMNS = (
    _e.id, _e.job_id, _j.name, _j.task_name, func.coalesce(_e.first_id, _e.id), _e.attempt,
    _kwargs.label("kwargs"), _e.scheduled_for, _j.timeout, _j.memory_limit, _j.max_retries, _j.backoff,
    _j.backoff_cap, _j.retryable, _j.overlap, _e.queue, _e.rank, _j.version,
    or_(_e.solitary, job_state.c.losses >= POISON), job_state.c.losses,
    _e.task_kwargs.is_not(None), _e.not_before,
)  # fmt: skip
_FROM = executions.join(jobs, _j.id == _e.job_id).join(job_state, job_state.c.job_id == _e.job_id)

_OVERLAPS = {one.value: one for one in Overlap}

_KNOWN = (
    select(tasks.c.name)
    .where(tasks.c.generation_id == bindparam("generation"), tasks.c.name == _j.task_name)
    .exists()
)
_other = executions.alias("other")
# That it is another row goes without saying, but keeps PostgreSQL from gathering the jobs of all that has begun: where
# it cannot tidy up, of all that has begun for long.
IN_THE_WAY = (
    select(_other.c.id)
    .where(_other.c.job_id == _e.job_id, _other.c.exclusive, one_of(_other.c.status, *UNDERWAY))
    .where(_other.c.id != _e.id)
    .exists()
)
_MAY_CLAIM = select(nodes.c.id).where(nodes.c.id == bindparam("node"), one_of(nodes.c.status, LIVE)).exists()
_CLAIMABLE: Select[Any] = (
    select(*_COLUMNS)
    .select_from(_FROM)
    .where(one_of(_e.status, Status.QUEUED), _e.hold.is_(None), _e.queue == bindparam("queue"))
    .where(or_(_e.not_before.is_(None), _e.not_before <= bindparam("until")))
    .where(_KNOWN, or_(~_e.exclusive, ~IN_THE_WAY), _MAY_CLAIM)
    .order_by(_e.rank.desc(), _e.id)
    .limit(bindparam("most"))
    .with_for_update(of=executions, skip_locked=True)
)


def _queues() -> Select[Any]:
    """One look at the index for each queue, however long it is."""
    waiting = (one_of(_e.status, Status.QUEUED), _e.hold.is_(None))
    first = select(func.min(_e.queue).label("queue")).where(*waiting).cte("waiting", recursive=True)
    after = select(func.min(_e.queue)).where(*waiting, _e.queue > first.c.queue).scalar_subquery()
    every = first.union_all(select(after).where(first.c.queue.is_not(None)))
    return select(every.c.queue).where(every.c.queue.is_not(None))


_QUEUES = _queues()


def queues(look: Look) -> list[str]:
    """The queues in which something waits that may be claimed."""
    return [queue for (queue,) in look(_QUEUES)]


def claimable(
    conn: Connection,
    node: tuple[int, int],
    until: datetime,
    most: int,
    serves: Callable[[str], bool],
    only: int | None = None,
) -> list[Attempt]:
    """At most `most` executions that may start, in order; locked where the database has such a thing.

    node        the asking node, and the set of tasks that it knows; one that was declared gone is given nothing
    until       what may not begin before then, at the latest, is among them
    serves      whether the node takes work of a queue
    only        the one execution to look for, or None for all
    """
    if settings.is_held(conn):
        return []
    query = _CLAIMABLE if only is None else _CLAIMABLE.where(_e.id == only)
    found: list[tuple[int, Attempt]] = []
    for queue in filter(serves, conn.execute(_QUEUES).scalars().all()):
        given = {"node": node[0], "generation": node[1], "queue": queue, "until": until, "most": most}
        found += [(-row.rank, _attempt(row)) for row in conn.execute(query, given).all()]
    found.sort(key=lambda pair: (pair[0], pair[1].execution_id))
    return [attempt for _, attempt in found[:most]]


_DELIVERED = (
    select(*_COLUMNS)
    .select_from(_FROM)
    .where(_e.id == bindparam("execution"), one_of(_e.status, Status.SUBMITTED), _e.hold.is_(None))
    .where(_KNOWN, _MAY_CLAIM)
    .with_for_update(of=executions, skip_locked=True)
)


def delivered(conn: Connection, node: tuple[int, int], execution_id: int) -> Attempt | None:
    """The execution that a broker's message named, if it may start; locked where the database has such a thing.

    node  the asking node, and the set of tasks that it knows
    """
    if settings.is_held(conn):
        return None
    given = {"node": node[0], "generation": node[1], "execution": execution_id}
    row = conn.execute(_DELIVERED, given).one_or_none()
    return None if row is None else _attempt(row)


def underway(conn: Connection, owner: int) -> list[Attempt]:
    """What the node `owner` has begun and not ended, the oldest first."""
    query = select(*_COLUMNS).select_from(_FROM).where(_e.owner == owner, one_of(_e.status, *UNDERWAY))
    query = query.order_by(_e.id)
    return [_attempt(row) for row in conn.execute(query)]


def asked_to_stop(conn: Connection, owner: int) -> list[tuple[int, str, str | None]]:
    """What of `owner` is to be cancelled: (execution, by whom, why)."""
    asked = (_e.owner == owner, one_of(_e.status, Status.RUNNING), _e.cancel_requested_by.is_not(None))
    rows = conn.execute(select(_e.id, _e.cancel_requested_by, _e.cancel_reason).where(*asked))
    return [(row[0], row[1], row[2]) for row in rows]


def still_owned(conn: Connection, owner: int) -> set[int]:
    """The ids of what `owner` has begun, as the database sees it."""
    return set(conn.execute(select(_e.id).where(_e.owner == owner, one_of(_e.status, *UNDERWAY))).scalars())


_NEXT_WAITING = select(func.min(_e.not_before)).where(
    one_of(_e.status, Status.QUEUED), _e.not_before > bindparam("now")
)


def next_waiting(look: Look, now: datetime) -> datetime | None:
    """The next instant at which a retry becomes due."""
    due: datetime | None = look(_NEXT_WAITING, now=now)[0][0]
    return due


def _attempt(row: Row[Any]) -> Attempt:
    values: Sequence[Any] = row
    overlap, queue, rank = values[14:17]
    return Attempt._make((*values[:14], _OVERLAPS[overlap], queue, rank // 2, *values[17:]))


_ORPHANED = (
    select(_e.owner)
    .join(nodes, nodes.c.id == _e.owner)
    .where(one_of(_e.status, *UNDERWAY), one_of(nodes.c.status, GONE))
    .distinct()
)


def orphaned(look: Look) -> list[int]:
    """The nodes that are gone, but own what has begun and not ended."""
    return [owner for (owner,) in look(_ORPHANED)]
