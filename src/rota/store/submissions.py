"""What is handed to a broker: taken from the queues, sent, sent again, and claimed by who gets the message."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, func, or_, select, update

from rota.domain.attempt import Attempt
from rota.domain.execution import Status
from rota.store import claims, nodes, settings
from rota.store import executions as table
from rota.store.executions import Move
from rota.store.nodes import LIVE
from rota.store.rows import one_of
from rota.store.schema import executions, job_state, jobs, tasks

_e = executions.c

CELERY = "celery"
"""What a node that takes its work from a broker tells of itself under "executor"."""

QUICK_MS = 10
"""What took less is no trouble to whatever waits behind it."""

LOOK_AHEAD = 2_000
"""Rows that are looked at to see whether a message was overtaken."""


class Submission(NamedTuple):
    """An execution on its way to a broker.

    sends     how often it was sent; 0 when the broker did not take it
    is_quick  its job ran for a moment last time, and was not lost: it may go out together with others
    """

    execution_id: int
    rank: int
    submitted_at: datetime
    sends: int
    is_quick: bool = False

    @property
    def priority(self) -> int:
        """0 to 9, 9 first."""
        return self.rank // 2


def generations(conn: Connection, queue: str) -> set[int]:
    """The sets of tasks that live nodes know which take that queue from a broker."""
    return {
        node.generation_id
        for node in nodes.live(conn)
        if node.generation_id is not None
        and node.status == LIVE
        and node.info.get("executor") == CELERY
        and nodes.serves(node.queues, queue)
    }


def submit(conn: Connection, queue: str, window: int, most: int, now: datetime) -> list[Submission]:
    """Take at most `most` executions of a queue for its broker, in order: from the commit on they are to be sent.

    window  how many of the queue may be at the broker at a time
    """
    known = generations(conn, queue)
    room = min(most, window - _at_the_broker(conn, queue))
    if not known or room <= 0 or settings.is_held(conn):
        return []
    rows = conn.execute(_WAITING, {"queue": queue, "now": now, "known": list(known), "most": room}).all()
    # Two executions that may not overlap never go at once.
    chosen = list({row.job_id if row.exclusive else -row.id: row for row in reversed(rows)}.values())[::-1]
    moves = [Move(row.id, Status.QUEUED, Status.SUBMITTED, None, (now, 1)) for row in chosen]
    moved = table.move(conn, ("submitted_at", "sends"), moves)
    return [Submission(row.id, row.rank, now, 1, bool(row.is_quick)) for row in chosen if row.id in moved]


_KNOWN = (
    select(tasks.c.name)
    .where(tasks.c.generation_id.in_(bindparam("known", expanding=True)), tasks.c.name == jobs.c.task_name)
    .exists()
)
_IS_QUICK = and_(job_state.c.last_duration_ms < QUICK_MS, job_state.c.losses == 0, ~_e.solitary)
_WAITING = (
    select(_e.id, _e.job_id, _e.rank, _e.exclusive, _IS_QUICK.label("is_quick"))
    .join(jobs, jobs.c.id == _e.job_id)
    .join(job_state, job_state.c.job_id == _e.job_id)
    .where(one_of(_e.status, Status.QUEUED), _e.hold.is_(None), _e.queue == bindparam("queue"))
    .where(or_(_e.not_before.is_(None), _e.not_before <= bindparam("now")))
    .where(_KNOWN, or_(~_e.exclusive, ~claims.IN_THE_WAY))
    .order_by(_e.rank.desc(), _e.id)
    .limit(bindparam("most"))
    .with_for_update(of=executions, skip_locked=True)
)
_submitted = one_of(_e.status, Status.SUBMITTED)


def _at_the_broker(conn: Connection, queue: str) -> int:
    query = select(func.count()).select_from(executions).where(_submitted, _e.queue == queue)
    return conn.execute(query).scalar_one()


def queues(conn: Connection) -> list[str]:
    """The queues of which something is at a broker."""
    return list(conn.execute(select(_e.queue).where(_submitted).distinct()).scalars())


def sent(conn: Connection, queue: str) -> list[Submission]:
    """What of a queue is at the broker and has not begun, the oldest first; what is held may not begin."""
    query = select(_e.id, _e.rank, _e.submitted_at, _e.sends).where(_submitted, _e.queue == queue)
    return [Submission(*row) for row in conn.execute(query.where(_e.hold.is_(None)).order_by(_e.id))]


def is_overtaken(conn: Connection, queue: str, one: Submission) -> bool:
    """Whether a message of no higher rank that was sent later has been taken before this one."""
    later = (
        select(_e.queue, _e.rank, _e.submitted_at, _e.started_at)
        .where(_e.id > one.execution_id)
        .order_by(_e.id)
        .limit(LOOK_AHEAD)
        .subquery()
    ).c
    taken = (later.queue == queue, later.rank <= one.rank, later.started_at.is_not(None))
    query = select(later.queue).where(*taken, later.submitted_at > one.submitted_at)
    return conn.execute(query.limit(1)).first() is not None


def send_again(conn: Connection, these: Iterable[Submission], now: datetime) -> list[Submission]:
    """Note that these are sent once more. Returns those that nobody else sends at the same moment."""
    mine = []
    for one in these:
        standing = (_e.id == one.execution_id, _submitted, _e.sends == one.sends)
        values = {"submitted_at": now, "sends": min(one.sends + 1, 1_000)}
        if conn.execute(update(executions).where(*standing).values(values)).rowcount:
            mine.append(one._replace(submitted_at=now, sends=one.sends + 1))
    return mine


def not_sent(conn: Connection, these: Sequence[Submission]) -> None:
    """The broker did not take these: they go out when it answers again."""
    ids = [one.execution_id for one in these]
    conn.execute(update(executions).where(_e.id.in_(ids), _submitted).values(sends=0))


def take(
    conn: Connection, node: tuple[int, int], ids: Iterable[int], now: datetime, *, again: bool
) -> list[Attempt]:
    """Claim the executions that a message named; those are left out that are not to be run here: they were, they
    are, they may not.

    node   the asking node, and the set of tasks that it knows
    again  it was tried before and the answer was not heard: what is this node's own already, is to be run
    """
    wanted = list(ids)
    mine = [one for one in claims.underway(conn, node[0]) if one.execution_id in wanted] if again else []
    found = [one for one in (claims.delivered(conn, node, id_) for id_ in wanted) if one is not None]
    moves = [
        Move(one.execution_id, Status.SUBMITTED, Status.RUNNING, None, (node[0], now, one.version))
        for one in found
    ]
    moved = table.move(conn, ("owner", "started_at", "version"), moves)
    return mine + [one for one in found if one.execution_id in moved]


def told_away(conn: Connection) -> list[dict[str, Any]]:
    """What live schedulers say of a broker that does not answer them: {"problem", "since"}."""
    told = [node.info.get("broker") for node in nodes.live(conn) if node.role == "scheduler"]
    return [one for one in told if one]
