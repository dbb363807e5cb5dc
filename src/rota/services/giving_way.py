"""Making room: what is queued is cancelled at once, what has begun is asked to stop."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from rota.domain.execution import WAITING, Status
from rota.store import executions, waiting


def give_way(
    conn: Connection, job_id: int, ids: Iterable[int], *, by: str, reason: str | None, now: datetime
) -> set[int]:
    """Cancel those executions of one job. Returns the ids that had not begun and are cancelled now.

    The caller holds the lock of the job's state row. What has begun ends with the same words, when it has stopped.
    """
    wanted = set(ids)
    if not wanted:
        return set()
    standing = {one.execution_id: one.status for one in executions.active(conn, [job_id]).get(job_id, [])}
    idle = {id_: standing[id_] for id_ in wanted if standing.get(id_) in WAITING}
    changes = (now, f"cancelled by {by}" + (f": {reason}" if reason else ""))
    moves = [executions.Move(id_, was, Status.CANCELLED, None, changes) for id_, was in idle.items()]
    gone = executions.move(conn, ("ended_at", "reason"), moves)
    waiting.ask_to_stop(conn, wanted - gone, by, reason)
    return gone
