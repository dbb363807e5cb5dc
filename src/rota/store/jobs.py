"""Jobs: their definitions, versions and lists."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    bindparam,
    func,
    insert,
    select,
    update,
)

from rota.domain.job import Definition, Job, JobSpec, standing
from rota.store import events
from rota.store.job_filter import Filter as Filter
from rota.store.job_filter import matching
from rota.store.looking import Look
from rota.store.rows import IDS, among
from rota.store.schema import job_state, job_versions, jobs

_j, _s = jobs.c, job_state.c
LIVING = jobs.join(job_state, _s.job_id == _j.id)
"""Jobs with their state; deleted ones too."""
_JOINED = select(jobs, job_state).join(job_state, _s.job_id == _j.id).where(_j.deleted_at.is_(None))
_LOCK = (
    select(_s.job_id)
    .join(jobs, _j.id == _s.job_id)
    .where(_j.deleted_at.is_(None))
    .with_for_update(of=job_state)
)
_NAMED, _NUMBERED = _j.name == bindparam("reference"), _j.id == bindparam("reference")
_BY_NAME, _BY_ID = _JOINED.where(_NAMED), _JOINED.where(_NUMBERED)
_LOCK_BY_NAME, _LOCK_BY_ID = _LOCK.where(_NAMED), _LOCK.where(_NUMBERED)
_CHANGE = update(jobs).where(_j.id == bindparam("changed_job"))
_CHANGE_STATE = update(job_state).where(_s.job_id == bindparam("changed_job"))
_OWN = set(Job.model_fields)
MOST_ID = 2**63 - 1
"""The largest integer that a column holds; nothing has it."""


def insert_job(conn: Connection, spec: JobSpec, *, by: str, at: datetime, **columns: Any) -> int:
    """Write a new job, its state row and its first version. `columns` are those that a spec does not have.

    Raises IntegrityError when the name is taken.
    """
    values = {
        "origin": "runtime",
        "overrides": {},
        "sources": {},
        "resolved_expression": spec.schedule_expression,
        **columns,
    }
    stamps = {"created_at": at, "created_by": by, "updated_at": at, "updated_by": by}
    row = {**_columns(spec), **values, **stamps, "version": 1}
    job_id: int = conn.execute(insert(jobs).returning(_j.id), row).scalar_one()
    conn.execute(insert(job_state), {"job_id": job_id})
    save_version(conn, job_id, 1, spec, by=by, at=at)
    events.note_job(conn, job_id, at)
    return job_id


def save_version(
    conn: Connection, job_id: int, version: int, spec: Definition, *, by: str, at: datetime
) -> None:
    """Keep the definition as of that version."""
    kept = {"job_id": job_id, "version": version, "spec": spec.model_dump(mode="json")}
    conn.execute(insert(job_versions), {**kept, "saved_at": at, "saved_by": by})


def change(conn: Connection, job_id: int, values: Mapping[str, Any], *, by: str, at: datetime) -> None:
    """Set columns of a job."""
    conn.execute(_CHANGE, {"changed_job": job_id, **values, "updated_by": by, "updated_at": at})
    events.note_job(conn, job_id, at)


def redefine(conn: Connection, job: Job, spec: JobSpec, *, by: str, at: datetime, **columns: Any) -> int:
    """Write a new version of a job's definition. Returns its number."""
    version = job.version + 1
    was = _columns(job)
    changed = {name: value for name, value in _columns(spec).items() if value != was[name]}
    change(conn, job.id, {**changed, **columns, "version": version}, by=by, at=at)
    save_version(conn, job.id, version, spec, by=by, at=at)
    return version


def set_next(
    conn: Connection, job_id: int, next_run: datetime | None, last_slot: datetime | None = None
) -> None:
    """Set when a job is next due, and the last slot that is settled."""
    values = {"next_run": next_run} | ({"last_slot": last_slot} if last_slot else {})
    conn.execute(_CHANGE_STATE, {"changed_job": job_id, **values})


def find(conn: Connection, reference: str | int, *, lock: bool = False) -> Job | None:
    """The job of that name or id, or None; with the lock of its state row, as it is once that is ours."""
    is_name = isinstance(reference, str) and not (reference.isascii() and reference.isdigit())
    given = {"reference": reference if is_name else min(int(reference), MOST_ID)}
    if lock:
        # A statement of its own: one that waits for a lock sees the definition as it was before.
        conn.execute(_LOCK_BY_NAME if is_name else _LOCK_BY_ID, given)
    row = conn.execute(_BY_NAME if is_name else _BY_ID, given).one_or_none()
    return None if row is None else job_of(row)


def names(conn: Connection, most: int = 1000) -> list[str]:
    """The names of the first `most` jobs."""
    query = select(_j.name).where(_j.deleted_at.is_(None)).order_by(_j.name).limit(most)
    return list(conn.execute(query).scalars())


def names_by_task(conn: Connection, task: str) -> list[str]:
    """The names of the jobs that run a task."""
    query = select(_j.name).where(_j.deleted_at.is_(None), _j.task_name == task)
    return list(conn.execute(query.order_by(_j.name)).scalars())


def listing(conn: Connection, wanted: Filter) -> list[Job]:
    """All jobs that match, by name."""
    return [job_of(row) for row in conn.execute(matching(conn, _JOINED, wanted).order_by(_j.name))]


def count(conn: Connection, wanted: Filter) -> int:
    """How many jobs match."""
    query = select(func.count()).select_from(matching(conn, _JOINED, wanted).subquery())
    return conn.execute(query).scalar_one()


def of_ids(conn: Connection, ids: Sequence[int]) -> list[Job]:
    """Those jobs, with their state, in no order."""
    query = _JOINED.where(among(conn.dialect.name, _j.id))
    return [job_of(row) for row in conn.execute(query, {IDS: ids})]


def _columns(spec: JobSpec) -> dict[str, Any]:
    dumped = spec.model_dump(include=set(JobSpec.model_fields))
    return {**dumped, "tags": list(spec.tags)}


def job_of(row: Row[Any]) -> Job:
    """The job of a row of `matching`."""
    columns = row._asdict()
    runs, total = columns["runs"], columns["successes"] + columns["failures"]
    job = Job(
        **{name: columns[name] for name in _OWN if name in columns},
        total_runs=runs,
        successful_runs=columns["successes"],
        failed_runs=columns["failures"],
        success_rate=columns["successes"] / total if total else None,
        average_duration_ms=columns["total_ms"] / runs if runs else None,
    )
    return job.model_copy(update={"status": standing(job, vanished=columns["vanished_at"] is not None)})


_PAUSED_UNTIL = select(_j.id).where(
    _j.paused_until.is_not(None), _j.paused_until <= bindparam("now"), _j.deleted_at.is_(None)
)


def paused_until(look: Look, now: datetime) -> list[int]:
    """The jobs whose pause ends by itself at or before `now`."""
    return [job_id for (job_id,) in look(_PAUSED_UNTIL, now=now)]


def vanished(conn: Connection, app: str) -> set[int]:
    """The jobs of an app that no live node declares any more."""
    gone = (_j.app == app, _j.vanished_at.is_not(None), _j.deleted_at.is_(None))
    return set(conn.execute(select(_j.id).where(*gone)).scalars())


def after(conn: Connection, job_id: int, most: int) -> list[Job]:
    """At most `most` jobs whose ids are higher, in the order of ids; their state rows are locked."""
    query = _JOINED.where(_j.id > job_id).order_by(_j.id).limit(most)
    return [job_of(row) for row in conn.execute(query.with_for_update(of=job_state))]
