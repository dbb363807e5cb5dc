"""Jobs: made, changed, listed, deleted."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from rota.domain.actor import Actor
from rota.domain.clock import Clock
from rota.domain.errors import Conflict, NotFound, unknown
from rota.domain.job import Job, JobPatch, JobSpec, Origin, Overlap, may_fire
from rota.domain.permission import Action
from rota.domain.secret import masked
from rota.services import arguments, timing
from rota.services.giving_way import give_way
from rota.services.rights import acting
from rota.services.timing import Variables
from rota.services.vault import Vault
from rota.store import audit, job_pages, versions, waiting
from rota.store import jobs as table
from rota.store.database import Database
from rota.store.job_pages import Order
from rota.store.versions import Version

TIMING = frozenset({"schedule_type", "schedule_expression", "timezone", "anchor"})


def require(conn: Connection, reference: str | int, *, lock: bool = False) -> Job:
    """The job of that name or id. Raises NotFound with the names that exist."""
    job = table.find(conn, reference, lock=lock)
    if job is None:
        raise unknown("job", str(reference), table.names(conn))
    return job


class Jobs:
    """The verbs on jobs that write their definition, and the reading of them."""

    def __init__(self, db: Database, clock: Clock, variables: Variables, vault: Vault | None = None) -> None:
        self.db, self.clock, self.variables, self.vault = db, clock, variables, vault or Vault(None)

    def get(self, reference: str | int) -> Job:
        """The job of that name or id. Raises NotFound."""
        with self.db.read() as conn:
            return require(conn, reference)

    def search(self, wanted: table.Filter | None = None, *, page: int = 1, size: int = 100) -> list[Job]:
        """One page of the jobs that match, by name; the first page is 1."""
        with self.db.read() as conn:
            wanted = wanted or table.Filter()
            few = job_pages.few(conn, wanted)
            return job_pages.page(conn, wanted, Order(), size, skip=(page - 1) * size, few=few)

    def count(self, wanted: table.Filter | None = None) -> int:
        """How many jobs match."""
        with self.db.read() as conn:
            return table.count(conn, wanted or table.Filter())

    def create(self, spec: JobSpec, by: Actor) -> Job:
        """Register a job and set its first fire. Raises NotFound (task), Conflict (name), InvalidSchedule."""
        with acting(self.db, self.clock, by, Action.JOB_CREATE, f"job:{spec.name}") as conn:
            spec = self._sealed(conn, spec)
            return create(conn, self.clock, self.variables, spec, by)

    def check(self, spec: JobSpec) -> None:
        """Whether the definition could be saved, its name aside. Raises NotFound (task), Invalid, InvalidSchedule."""
        with self.db.read() as conn:
            spec = self._sealed(conn, spec)
        timing.check(spec, self.variables, self.clock.now())

    def update(
        self,
        reference: str | int,
        patch: JobPatch,
        by: Actor,
        *,
        verb: str = "update",
        expected: int | None = None,
    ) -> Job:
        """Change the fields given. A new schedule starts from now. Raises as `create` does, and NotFound.

        Variables are read, and arguments judged, only when the schedule, or the task or its arguments, are given.
        expected  the version that the job must still have; Conflict otherwise
        """
        with acting(self.db, self.clock, by, Action(f"job.{verb}"), f"job:{reference}") as conn:
            job = require(conn, reference, lock=True)
            _require_version(job, expected)
            changed = patch.model_dump(exclude_unset=True)
            spec = JobSpec(**_definition(job) | changed)
            if changed.keys() & {"task_name", "task_kwargs"}:
                spec = self._sealed(conn, spec)
            columns = self._timed(job, spec) if changed.keys() & TIMING else {}
            if job.origin is Origin.CODE:
                columns["overrides"] = job.overrides | spec.model_dump(include=set(changed), mode="json")
            self.rewrite(conn, job, spec, by, **columns)
            after = require(conn, job.id)
            # As it is stored: what was given may hold a secret in the clear.
            told = ({name: getattr(one, name) for name in changed} for one in (job, after))
            before, now = map(_plain, told)
            self._record(conn, by, f"job.{verb}", after, before=before, after=now)
            return after

    def versions(self, reference: str | int) -> list[Version]:
        """The saved definitions of a job, newest first, secrets masked. Raises NotFound."""
        with self.db.read() as conn:
            found = versions.listing(conn, require(conn, reference).id)
        return [replace(one, spec=_plain(one.spec)) for one in found]

    def restore(self, reference: str | int, version: int, by: Actor) -> Job:
        """Give a job the definition of an earlier version. Raises as `update` does, and Conflict when it has it."""
        with self.db.read() as conn:
            job = require(conn, reference)
            kept = versions.find(conn, job.id, version)
        if kept is None:
            fix = f"see `rota jobs versions {job.name}`"
            raise NotFound(f'job "{job.name}" has no version {version}', fix=fix)
        earlier = JobSpec.model_validate(kept.spec)
        changed = {
            n: getattr(earlier, n) for n in JobPatch.model_fields if getattr(earlier, n) != getattr(job, n)
        }
        if not changed:
            raise Conflict(f'job "{job.name}" is as it was in version {version}', code="unchanged")
        return self.update(job.id, JobPatch(**changed), by, verb="restore", expected=job.version)

    def rewrite(self, conn: Connection, job: Job, spec: JobSpec, by: Actor, **columns: Any) -> None:
        """Write a new version of a locked job, and all that follows from what changed.

        columns  those that a spec does not have
        """
        table.redefine(conn, job, spec, by=by.name, at=self.clock.now(), **columns)
        if spec.is_enabled is not job.is_enabled or "resolved_expression" in columns:
            self.reschedule(conn, job)
        if spec.overlap is not job.overlap:
            self._regard(conn, job, spec.overlap, by)
        if spec.is_enabled and not job.is_enabled and job.paused_at is None:
            waiting.unhold(conn, job.id)
        elif not spec.is_enabled:
            waiting.hold(conn, job.id)

    def _sealed(self, conn: Connection, spec: JobSpec) -> JobSpec:
        """The spec as it is to be stored. Raises NotFound (task), Invalid (arguments)."""
        kept = arguments.accept(conn, self.vault, spec.task_name, spec.task_kwargs)
        return spec.model_copy(update={"task_kwargs": kept})

    def _regard(self, conn: Connection, job: Job, overlap: Overlap, by: Actor) -> None:
        """What waits by an overlap policy that no longer holds: it may go, has to wait, or its place is gone."""
        if overlap is Overlap.ALLOW:
            waiting.let_overlap(conn, job.id)
        elif job.overlap is Overlap.ALLOW:
            waiting.forbid_overlap(conn, job.id)
        if overlap is Overlap.SKIP:
            held = waiting.queued(conn, job.id, hold=waiting.OVERLAP)
            reason = "the job may no longer queue while it is active"
            give_way(conn, job.id, held, by=by.name, reason=reason, now=self.clock.now())

    def _timed(self, job: Job, spec: JobSpec) -> dict[str, Any]:
        """The columns of a schedule that was given; the same one may stand although it never fires again."""
        if all(getattr(job, name) == getattr(spec, name) for name in TIMING):
            resolved = self.variables.resolve(spec)
        else:
            resolved = timing.check(spec, self.variables, self.clock.now())
        return {"problem": None, "resolved_expression": resolved}

    def reschedule(self, conn: Connection, before: Job) -> None:
        """Set when a job that was `before` fires next, after its definition or its switches changed."""
        now = self.clock.now()
        job = require(conn, before.id)
        same = all(getattr(job, name) == getattr(before, name) for name in (*TIMING, "resolved_expression"))
        if same and may_fire(before) and may_fire(job) and before.next_run is not None:
            return
        settled = None
        if may_fire(before):
            settled = timing.settle(conn, before, before.next_run, now, "changed before they were planned")
        timing.set_next(conn, job, now, settled)
        self.db.bell.ring(conn)

    def delete(self, reference: str | int, by: Actor, *, expected: int | None = None) -> None:
        """Take a job away; its executions stay, what it has queued is cancelled. Raises Conflict for a job of code.

        expected  the version that the job must still have; Conflict otherwise
        """
        with acting(self.db, self.clock, by, Action.JOB_DELETE, f"job:{reference}") as conn:
            now = self.clock.now()
            job = require(conn, reference, lock=True)
            _require_version(job, expected)
            if job.origin is Origin.CODE:
                fix = f"remove it from {job.source or 'the code'}, or disable it"
                raise Conflict(f'job "{job.name}" is declared in code', fix=fix, code="declared_in_code")
            queued = waiting.queued(conn, job.id)
            give_way(conn, job.id, queued, by=by.name, reason="the job was deleted", now=now)
            table.set_next(conn, job.id, None)
            table.change(conn, job.id, {"deleted_at": now}, by=by.name, at=now)
            self._record(conn, by, "job.delete", job, before=_plain(_definition(job)))

    def _record(self, conn: Connection, by: Actor, action: str, job: Job, **details: Any) -> None:
        audit.record(conn, by, action, f"job:{job.name}", at=self.clock.now(), **details)


def create(
    conn: Connection, clock: Clock, variables: Variables, spec: JobSpec, by: Actor, **columns: Any
) -> Job:
    """Write a new job in the caller's transaction, who has checked its task and arguments.

    columns  those that a spec does not have
    """
    now = clock.now()
    resolved = timing.check(spec, variables, now)
    try:
        with conn.begin_nested():
            job_id = table.insert_job(conn, spec, by=by.name, at=now, resolved_expression=resolved, **columns)
    except IntegrityError as error:
        if table.find(conn, spec.name) is None:
            raise
        raise Conflict(
            f'there is a job named "{spec.name}" already',
            fix="choose another name",
            field="name",
            code="name_taken",
        ) from error
    job = require(conn, job_id)
    if may_fire(job):
        table.set_next(conn, job_id, timing.next_fire(job, now)[0])
    audit.record(conn, by, "job.create", f"job:{job.name}", at=now, after=_plain(_definition(job)))
    return require(conn, job_id)


def _require_version(job: Job, expected: int | None) -> None:
    if expected is not None and job.version != expected:
        told = f'job "{job.name}" is at version {job.version}, not {expected}'
        raise Conflict(told, fix="read it again, then change it", code="changed")


def _definition(job: Job) -> dict[str, Any]:
    return {name: getattr(job, name) for name in JobSpec.model_fields}


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """The values as the audit keeps them: JSON, secrets masked."""
    from pydantic_core import to_jsonable_python

    if "task_kwargs" in values:
        values = values | {"task_kwargs": masked(values["task_kwargs"])}
    plain: dict[str, Any] = to_jsonable_python(values)
    return plain
