"""What code declares meets what the database holds: newest set with a live node wins, nothing happens twice."""

from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from rota.domain.actor import Actor
from rota.domain.errors import Conflict, InvalidSchedule
from rota.domain.job import Job, JobSpec, JobStatus
from rota.domain.permission import Action
from rota.domain.secret import masked_fields
from rota.services import timing
from rota.services.jobs import Jobs, require
from rota.services.rights import acting
from rota.store import audit, definitions
from rota.store import jobs as table

BY = Actor("code", "engine")

log = structlog.get_logger("rota.definitions")


class Definitions:
    """Publishing the sets that nodes know, and settling the jobs that they declare."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs, self.db, self.clock = jobs, jobs.db, jobs.clock

    def publish(self, app: str, published: dict[str, Any]) -> int:
        """Write the set a node knows, once. Returns its generation, to register the node with."""
        with self.db.write() as conn:
            return definitions.publish(conn, app, published, self.clock.now())

    def live(self) -> dict[str, list[int]]:
        """The sets that live nodes know, by app, the newest first. When they change, the app is to be settled."""
        with self.db.read() as conn:
            return definitions.live_generations(conn)

    def settle(self, app: str) -> int:
        """Bring the jobs of an app to what its newest live set declares. Returns how many jobs changed.

        A job vanishes only when no live node declares it; one that an operator changed keeps the change.
        With no live node nothing is touched: a stopped application has not taken its jobs back. Neither does one
        whose modules could not all be imported: what is missing there may be a mistake.
        """
        with self.db.read() as conn:
            live = definitions.live_generations(conn).get(app)
            if not live:
                return 0
            wanted = definitions.declared(conn, live[0])
            kept = definitions.declared_names(conn, live)
            standing = {job.name: job for job in table.listing(conn, table.Filter(app=app))}
            vanished = table.vanished(conn, app)
            broken = definitions.problems(conn, live)
        changed = sum(self._apply(app, name, info, standing.get(name)) for name, info in wanted.items())
        gone = [job for name, job in standing.items() if name not in kept and job.id not in vanished]
        gone = [] if broken else gone
        for job in gone:
            self._vanish(job)
        return changed + len(gone)

    def adopt(self, app: str, generation: int, name: str) -> bool:
        """Make one job as a generation declares it, and touch no other. Returns whether it declares one so named."""
        with self.db.read() as conn:
            info = definitions.declared(conn, generation).get(name)
        if info is not None:
            self._apply(app, name, info, None)
        return info is not None

    def declared(self, job: Job) -> JobSpec | None:
        """The job as the newest live node declares it, without what an operator changed; None when none does."""
        with self.db.read() as conn:
            return _declared(conn, job)

    def reset(self, reference: str | int, by: Actor, *, field: str | None = None) -> Job:
        """Take back what operators changed in a job of code: one field, or all of it.

        Raises NotFound, and Conflict when nothing was changed, or when no live node declares the job.
        """
        with acting(self.db, self.clock, by, Action.JOB_UPDATE, f"job:{reference}") as conn:
            job = require(conn, reference, lock=True)
            gone = {name for name in job.overrides if field in (None, name)}
            spec = _declared(conn, job)
            if not gone:
                raise Conflict(f'job "{job.name}" is as its code declares it', code="unchanged")
            if spec is None:
                fix = "start a node that has its code"
                raise Conflict(f'no live node declares job "{job.name}"', fix=fix, code="vanished")
            kept = {name: value for name, value in job.overrides.items() if name not in gone}
            effective = _effective(job.model_copy(update={"overrides": kept}), spec)
            self.jobs.rewrite(conn, job, effective, by, overrides=kept, **self._timed(effective))
            told = {name: job.overrides[name] for name in gone}, spec.model_dump(include=gone, mode="json")
            before, after = map(masked_fields, told)
            audit.record(
                conn, by, "job.reset", f"job:{job.name}", at=self.clock.now(), before=before, after=after
            )
            return require(conn, job.id)

    def _apply(self, app: str, name: str, info: dict[str, Any], job: Job | None) -> bool:
        spec = JobSpec.model_validate(info["spec"])
        if job is not None and self._stands(job, spec, info):
            return False
        with self.db.write() as conn:
            now = self.clock.now()
            job = table.find(conn, name, lock=True)
            if job is not None and job.app not in (None, app):
                log.error("two applications declare a job of one name", job=name, app=app, other=job.app)
                return False
            columns = {
                "origin": "code",
                "app": app,
                "source": info["source"],
                "sources": info["sources"],
                "vanished_at": None,
            }
            if job is None:
                if not self._make(conn, spec, columns | self._timed(spec)):
                    return False
            elif not self._stands(job, spec, info):
                effective = _effective(job, spec)
                self.jobs.rewrite(conn, job, effective, BY, **columns | self._timed(effective))
            audit.record(conn, BY, "job.declare", f"job:{name}", at=now, after=info["spec"])
        return True

    def _make(self, conn: Connection, spec: JobSpec, columns: dict[str, Any]) -> bool:
        """Write a job that is declared for the first time, unless another node has just done so."""
        try:
            with conn.begin_nested():
                job_id = table.insert_job(conn, spec, by=BY.name, at=self.clock.now(), **columns)
        except IntegrityError:
            return False
        self.jobs.reschedule(conn, require(conn, job_id))
        return True

    def _timed(self, spec: JobSpec) -> dict[str, str | None]:
        """The resolved expression; or the problem with it, which the job bears until it is mended."""
        try:
            resolved = self.jobs.variables.resolve(spec)
            timing.schedule_of(spec, resolved)
        except InvalidSchedule as problem:
            return {"resolved_expression": "", "problem": str(problem)}
        return {"resolved_expression": resolved, "problem": None}

    def _stands(self, job: Job, spec: JobSpec, info: dict[str, Any]) -> bool:
        """Whether the job is as it is declared, apart from what an operator changed."""
        effective = _effective(job, spec)
        same = all(getattr(job, name) == getattr(effective, name) for name in JobSpec.model_fields)
        timed = {"resolved_expression": job.resolved_expression, "problem": job.problem}
        vanished = job.status is JobStatus.VANISHED
        told = job.source == info["source"] and job.sources == info["sources"]
        return same and told and not vanished and timed == self._timed(effective)

    def _vanish(self, job: Job) -> None:
        with self.db.write() as conn:
            now = self.clock.now()
            job = require(conn, job.id, lock=True)
            if job.status is JobStatus.VANISHED:
                return
            settled = timing.settle(conn, job, job.next_run, now, "vanished before they were planned")
            table.change(conn, job.id, {"vanished_at": now}, by=BY.name, at=now)
            table.set_next(conn, job.id, None, settled)
            audit.record(conn, BY, "job.vanish", f"job:{job.name}", at=now)


def _declared(conn: Connection, job: Job) -> JobSpec | None:
    live = definitions.live_generations(conn).get(job.app or "")
    info = definitions.declared(conn, live[0]).get(job.name) if live else None
    return None if info is None else JobSpec.model_validate(info["spec"])


def _effective(job: Job, spec: JobSpec) -> JobSpec:
    """The declaration with an operator's changes over it."""
    kept = {name: getattr(job, name) for name in job.overrides if name in JobSpec.model_fields}
    return JobSpec(**spec.model_dump() | kept)
