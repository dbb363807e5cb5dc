"""Running to ended, and all that follows from it, in one transaction for a batch."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection

from rota.domain.actor import ROTA
from rota.domain.admission import Active, Admission, admit
from rota.domain.attempt import Attempt, Ending
from rota.domain.consequence import Again, again, is_poison, losses_after
from rota.domain.execution import UNSUCCESSFUL, Status, Trigger
from rota.domain.histogram import bucket
from rota.domain.job import Overlap
from rota.engine import causing
from rota.services.holds import pause
from rota.services.jobs import require
from rota.store import activity, executions, history, logs, rollups, state, waiting
from rota.store.database import Database
from rota.store.state import Locked, Tally

Pair = tuple[Attempt, Ending]

_COPIED = (
    "started_at",
    "ended_at",
    "duration_ms",
    "reason",
    "warning",
    "exit_code",
    "error_type",
    "error_message",
    "stack_trace",
    "message",
    "items_processed",
    "items_failed",
    "metrics",
    "peak_memory_mb",
    "cpu_seconds",
    "output_bytes",
    "output_dropped",
    "progress_done",
    "progress_total",
    "progress_message",
    "result",
)
_told = attrgetter(*_COPIED)
MINUTE = timedelta(minutes=1)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def end(db: Database, conn: Connection, owner: int, pairs: Sequence[Pair], now: datetime) -> set[int]:
    """Write how the executions of `owner` ended. Returns the ids that were still its own.

    Whoever no longer owns a row changes nothing by this. The jobs' state rows are locked first, in the order of
    their ids, so that retries and waiting executions are judged as everything else is.
    """
    locked = state.lock(conn, {attempt.job_id for attempt, _ in pairs})
    moved = executions.move(conn, _COPIED, [_move(owner, ending) for _, ending in pairs])
    ended = [pair for pair in pairs if pair[0].execution_id in moved]
    _count(conn, owner, ended, locked)
    logs.add(conn, [(ending.execution_id, line) for _, ending in ended for line in ending.lines])
    if _follow(conn, ended, locked, now):
        db.bell.ring(conn)
    return moved


def _move(owner: int, ending: Ending) -> executions.Move:
    told: tuple[Any, ...] = _told(ending)
    if ending.result is not None:
        told = (*told[:-1], json.loads(ending.result))
    return executions.Move(ending.execution_id, Status.RUNNING, ending.status, owner, told)


def _count(conn: Connection, owner: int, ended: Sequence[Pair], locked: dict[int, Locked]) -> None:
    tallies: dict[int, Tally] = {}
    alike: Counter[tuple[int, Status, int, bool, datetime]] = Counter()
    minute = next_minute = BEGINNING
    for attempt, ending in ended:
        ms = ending.duration_ms
        if not minute <= ending.ended_at < next_minute:
            minute = ending.ended_at.replace(second=0, microsecond=0)
            next_minute = minute + MINUTE
        tally = tallies.get(attempt.job_id) or Tally(ending.ended_at, ending.status, ms)
        # Several of one job that were lost with their node are one loss.
        losses = losses_after(attempt, ending, locked[attempt.job_id].losses)
        tallies[attempt.job_id] = _tallied(tally, ending, ms, max(losses, tally.losses))
        alike[attempt.job_id, ending.status, ms or 0, attempt.attempt > 1, minute] += 1
    counts: dict[rollups.Key, tuple[int, int, int]] = {}
    seen: Counter[activity.Key] = Counter()
    for (job_id, status, ms, is_retry, minute), count in alike.items():
        key = (job_id, minute.replace(minute=0), owner, status.value, bucket(ms))
        n, retries, total = counts.get(key, (0, 0, 0))
        counts[key] = (n + count, retries + count * is_retry, total + count * ms)
        seen[activity.begin(minute), owner, status.value] += count
    state.count(conn, tallies)
    rollups.add(conn, counts)
    activity.add(conn, seen)


def _tallied(tally: Tally, ending: Ending, ms: int | None, losses: int) -> Tally:
    tally.last_run = ending.started_at or ending.ended_at
    tally.last_status, tally.last_duration_ms, tally.losses = ending.status, ms, losses
    tally.runs += 1
    tally.successes += ending.status is Status.SUCCEEDED
    tally.failures += ending.status in UNSUCCESSFUL
    tally.total_ms += ms or 0
    return tally


def _follow(conn: Connection, ended: Sequence[Pair], locked: dict[int, Locked], now: datetime) -> bool:
    """Retries, waiting executions that may go, and jobs that are set aside. Returns whether something waits."""
    standing = [pair for pair in ended if not locked[pair[0].job_id].deleted]
    unsuccessful = [pair for pair in standing if pair[1].status in UNSUCCESSFUL]
    for attempt, ending in unsuccessful:
        if is_poison(attempt, ending):
            _set_aside(conn, attempt, ending, now)
    due = _due_again(conn, unsuccessful, locked)
    causing.failures(conn, unsuccessful, [attempt for attempt, _ in due])
    _add_retries(conn, due, locked, now)
    again_of = {attempt.job_id for attempt, _ in due}
    freed = {attempt.job_id for attempt, _ in standing} - again_of
    freed = {job_id for job_id in freed if locked[job_id].overlap is not Overlap.ALLOW}
    return bool(freed and waiting.release(conn, freed)) or bool(due)


def _due_again(
    conn: Connection, ended: Sequence[Pair], locked: dict[int, Locked]
) -> list[tuple[Attempt, Again]]:
    """The attempts that another one follows. What somebody asked to stop is not tried again, however it ended."""
    found = []
    for attempt, ending in ended:
        job = locked[attempt.job_id]
        following = again(attempt, ending, job.next_run, losses_after(attempt, ending, job.losses))
        if following is not None:
            found.append((attempt, following))
    told = history.told_to_stop(conn, [attempt.execution_id for attempt, _ in found]) if found else set()
    return [(attempt, following) for attempt, following in found if attempt.execution_id not in told]


def _add_retries(
    conn: Connection, due: Sequence[tuple[Attempt, Again]], locked: dict[int, Locked], now: datetime
) -> None:
    """Queue the next attempts, each judged as every other request to run its job is."""
    active = executions.active(conn, {attempt.job_id for attempt, _ in due}) if due else {}
    retries = []
    for attempt, following in due:
        job = locked[attempt.job_id]
        standing = active.setdefault(job.job_id, [])
        judged = admit(job.overlap, standing, Trigger.RETRY)
        standing.append(Active(0, Status.RUNNING))  # Two retries of one job may not both go first.
        retries.append(_retry(attempt, following, job, judged, now))
    executions.add(conn, retries)


def _retry(
    attempt: Attempt, following: Again, job: Locked, judged: Admission, now: datetime
) -> executions.New:
    hold = waiting.OVERLAP if judged.held else waiting.JOB if job.held else None
    return executions.New(
        attempt.job_id, attempt.version, Status.QUEUED, Trigger.RETRY, ROTA.name, attempt.queue,
        attempt.priority * 2 + 1, exclusive=job.overlap is not Overlap.ALLOW, queued_at=now,
        scheduled_for=attempt.scheduled_for, not_before=following.not_before, warning=following.warning,
        hold=hold, first_id=attempt.first_id, attempt=attempt.attempt + 1, solitary=following.solitary,
        task_kwargs=json.loads(attempt.kwargs) if attempt.override else None,
    )  # fmt: skip


def _set_aside(conn: Connection, attempt: Attempt, ending: Ending, now: datetime) -> None:
    reason = f"poison: execution {attempt.execution_id} took its node down although it ran alone"
    job = require(conn, attempt.job_id)
    if job.paused_at is None:
        pause(conn, job, ROTA, now, reason=reason)
        causing.paused(conn, attempt, ending, reason)
