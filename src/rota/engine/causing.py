"""What is worth telling of a batch: nothing of what goes well."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from rota.domain.alert import Cause, Kind
from rota.domain.attempt import Attempt, Ending
from rota.domain.execution import UNSUCCESSFUL, Status
from rota.store import causes
from rota.store.executions import New


def failures(conn: Connection, ended: Iterable[tuple[Attempt, Ending]], again: Iterable[Attempt]) -> None:
    """Note those that failed and are not tried again."""
    failed = [pair for pair in ended if pair[1].status in UNSUCCESSFUL]
    if not failed:
        return
    tried_again = {attempt.execution_id for attempt in again}
    causes.add(conn, [_failure(*pair) for pair in failed if pair[0].execution_id not in tried_again])


def _failure(attempt: Attempt, ending: Ending) -> Cause:
    said = ": ".join(part for part in (ending.error_type, ending.error_message) if part)
    detail = ending.reason or said or ending.message or ""
    info = {"job": attempt.job_name, "detail": detail[:500], "attempt": attempt.attempt}
    key = f"ended:{attempt.execution_id}"
    kind = Kind(ending.status.value)
    return Cause(kind, key, ending.ended_at, attempt.job_id, attempt.execution_id, info)


def paused(conn: Connection, attempt: Attempt, ending: Ending, reason: str) -> None:
    """Note that rota set the job aside."""
    info, key = {"job": attempt.job_name, "detail": reason}, f"paused:{attempt.execution_id}"
    causes.add(conn, [Cause(Kind.PAUSED, key, ending.ended_at, attempt.job_id, attempt.execution_id, info)])


def missed(conn: Connection, ids: Sequence[int], rows: Sequence[New]) -> None:
    """Note slots that were missed."""
    found = [(id_, row) for id_, row in zip(ids, rows, strict=True) if row.status is Status.MISSED]
    if not found:
        return
    names = causes.subjects(conn, {row.job_id for _, row in found})
    causes.add(conn, [
        Cause(Kind.MISSED, f"missed:{id_}", row.queued_at, row.job_id, id_,
              {"job": names[row.job_id].name, "detail": (row.reason or "")[:500], "slots": row.slot_count})
        for id_, row in found
    ])  # fmt: skip
