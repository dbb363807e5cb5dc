"""Why alerts are made: written with what happened, read until each is handled."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from rota.domain.alert import FAILURES, Cause, Kind, Subject
from rota.domain.execution import ACTIVE, UNSUCCESSFUL, Status
from rota.store import upsert
from rota.store.looking import Look
from rota.store.rows import one_of
from rota.store.schema import alert_open, causes, executions, job_state, jobs, rollups

_c, _e, _j, _s, _o = causes.c, executions.c, jobs.c, job_state.c, alert_open.c
_ENDED = [status.value for status in (Status.SUCCEEDED, *UNSUCCESSFUL)]
NEWEST = 1000
"""Executions of a job that are looked at when it is asked which were slow."""


def add(conn: Connection, news: Sequence[Cause]) -> None:
    """Write them; one whose key is known is left out."""
    if not news:
        return
    rows = [
        {"at": one.at, "kind": one.kind.value, "key": one.key, "job_id": one.job_id,
         "execution_id": one.execution_id, "info": one.info or {}}
        for one in news
    ]  # fmt: skip
    conn.execute(
        upsert.insert(conn.dialect.name, causes).on_conflict_do_nothing(index_elements=[_c.key]), rows
    )


def is_known(conn: Connection, key: str) -> bool:
    """Whether there is a cause with that key."""
    return conn.execute(select(_c.id).where(_c.key == key)).first() is not None


_ANY_OPEN = select(select(_c.id).where(_c.handled_at.is_(None)).exists())


def is_any_open(look: Look) -> bool:
    """Whether one is not handled yet."""
    return bool(look(_ANY_OPEN)[0][0])


def take(conn: Connection, most: int) -> list[Cause]:
    """Lock and read the oldest ones that are not handled. Those that somebody else handles are passed over."""
    query = select(_c.kind, _c.key, _c.at, _c.job_id, _c.execution_id, _c.info, _c.id)
    query = query.where(_c.handled_at.is_(None)).order_by(_c.id).limit(most).with_for_update(skip_locked=True)
    return [Cause(Kind(row[0]), *row[1:]) for row in conn.execute(query)]


def handled(conn: Connection, ids: Iterable[int], at: datetime) -> None:
    """They are."""
    conn.execute(update(causes).where(_c.id.in_(list(ids))).values(handled_at=at))


def forget(conn: Connection, before: datetime, most: int) -> int:
    """Delete some that happened before an instant, with their deliveries. Returns how many."""
    old = select(_c.id).where(_c.at < before).limit(most)
    return conn.execute(delete(causes).where(_c.id.in_(old))).rowcount


def subjects(conn: Connection, job_ids: Iterable[int]) -> dict[int, Subject]:
    """What rules may ask of those jobs."""
    query = select(_j.id, _j.name, _j.job_type, _j.tags, _j.critical).where(_j.id.in_(list(job_ids)))
    return {row[0]: Subject(row[1], row[2], tuple(row[3]), row[4]) for row in conn.execute(query)}


def failures_in_a_row(conn: Connection, job_id: int, execution_id: int, most: int) -> int:
    """How many executions of the job up to that one failed in a row; attempts that were tried again count as one."""
    mine = (_e.job_id == job_id, _e.id <= execution_id, _e.status.in_(_ENDED))
    query = select(_e.status, func.coalesce(_e.first_id, _e.id)).where(*mine).order_by(_e.id.desc())
    seen: dict[int, bool] = {}
    for status, first_id in conn.execute(query.limit(most * 20)):
        if status == Status.SUCCEEDED.value and first_id not in seen:
            break
        seen[first_id] = True
        if len(seen) >= most:
            break
    return len(seen)


def opened(conn: Connection, told: Iterable[Cause]) -> None:
    """The failures of those jobs were told: their recovery is to be told too."""
    rows = {
        one.job_id: {"job_id": one.job_id, "since": one.at, "cause_id": one.id}
        for one in told
        if one.kind in FAILURES and one.job_id is not None
    }
    if rows:
        made = upsert.insert(conn.dialect.name, alert_open)
        later = {"since": made.excluded.since, "cause_id": made.excluded.cause_id}
        conn.execute(made.on_conflict_do_update(index_elements=[_o.job_id], set_=later), list(rows.values()))


_RECOVERED = (
    select(_o.job_id, _j.name, _o.cause_id)
    .join(job_state, _s.job_id == _o.job_id)
    .join(jobs, _j.id == _o.job_id)
    .where(one_of(_s.last_status, Status.SUCCEEDED))
)


def recovered(look: Look, at: datetime) -> list[Cause]:
    """Jobs whose failure was told and whose last run was a success again."""
    return [
        Cause(Kind.RECOVERED, f"recovered:{cause}", at, job_id, None, {"job": name})
        for job_id, name, cause in look(_RECOVERED)
    ]


def closed(conn: Connection, told: Iterable[Cause]) -> None:
    """Their recovery is told."""
    conn.execute(delete(alert_open).where(_o.job_id.in_([one.job_id for one in told])))


def overdue(conn: Connection, at: datetime, seconds: float) -> list[Cause]:
    """Jobs that should have been planned longer ago than their grace and so many seconds."""
    late = select(_j.id, _j.name, _j.grace, _s.next_run).join(job_state, _s.job_id == _j.id)
    late = late.where(_s.next_run < at - timedelta(seconds=seconds)).order_by(_s.next_run).limit(NEWEST)
    return [
        Cause(Kind.OVERDUE, f"overdue:{job_id}:{next_run.timestamp():.0f}", at, job_id, None,
              {"job": name, "detail": f"due at {next_run:%Y-%m-%d %H:%M:%S} UTC"})
        for job_id, name, grace, next_run in conn.execute(late)
        if next_run < at - timedelta(seconds=seconds + grace)
    ]  # fmt: skip


def stuck(conn: Connection, at: datetime, seconds: float) -> list[Cause]:
    """Running executions that have given no sign of life for so long."""
    last = func.coalesce(_e.last_beat, _e.started_at)
    running = one_of(_e.status, Status.RUNNING)
    active = one_of(_e.status, *ACTIVE)
    query = select(_e.id, _e.job_id, _j.name, last).join(jobs, _j.id == _e.job_id).where(active, running)
    query = query.where(last < at - timedelta(seconds=seconds)).limit(NEWEST)
    return [
        Cause(Kind.STUCK, f"stuck:{id_}", at, job_id, id_,
              {"job": name, "detail": f"since {since:%Y-%m-%d %H:%M:%S} UTC"})
        for id_, job_id, name, since in conn.execute(query)
    ]  # fmt: skip


def busy_jobs(conn: Connection, since: datetime) -> list[tuple[int, str]]:
    """The jobs that ran since an instant: (id, name)."""
    query = select(_j.id, _j.name).join(job_state, _s.job_id == _j.id).where(_s.last_run >= since)
    return [(row[0], row[1]) for row in conn.execute(query.limit(NEWEST))]


def successes(conn: Connection, job_id: int, since: datetime) -> int:
    """How many runs of a job succeeded since an instant, by the hour."""
    query = select(func.coalesce(func.sum(rollups.c.n), 0))
    mine = (rollups.c.job_id == job_id, rollups.c.hour >= since, rollups.c.status == "succeeded")
    return int(conn.execute(query.where(*mine)).scalar_one())


def slow(conn: Connection, job_id: int, name: str, since: datetime, limit_ms: float) -> list[Cause]:
    """Those of the job's newest executions that ended since an instant, well, and took longer than that."""
    newest = select(_e.id).where(_e.job_id == job_id).order_by(_e.id.desc()).limit(NEWEST).subquery()
    query = select(_e.id, _e.ended_at, _e.duration_ms).where(
        _e.id.in_(select(newest.c.id)), _e.status == "succeeded", _e.ended_at >= since, _e.duration_ms > limit_ms
    )  # fmt: skip
    return [
        Cause(Kind.SLOW, f"slow:{id_}", at, job_id, id_,
              {"job": name, "detail": f"{ms / 1000:g} s; 95 of 100 take at most {limit_ms / 1000:.3g} s"})
        for id_, at, ms in conn.execute(query)
    ]  # fmt: skip
