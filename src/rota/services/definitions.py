"""What code declares meets what the database holds: newest set with a live node wins, nothing happens twice."""

from typing import Any

from sqlalchemy import Connection

from rota.domain.actor import Actor
from rota.domain.errors import RotaError
from rota.domain.job import Job, JobSpec
from rota.services.jobs import Jobs, create, require
from rota.store import audit, definitions
from rota.store import jobs as table

BY = Actor("code", "engine")


class Definitions:
    """Publishing the sets that nodes know, and settling the jobs that they declare."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs, self.db, self.clock = jobs, jobs.db, jobs.clock

    def publish(self, app: str, published: dict[str, Any]) -> int:
        """Write the set a node knows, once. Returns its generation, to register the node with."""
        with self.db.write() as conn:
            return definitions.publish(conn, app, published, self.clock.now())

    def settle(self, app: str) -> int:
        """Bring the jobs of an app to what its newest live set declares. Returns how many jobs changed.

        A job vanishes only when no live node declares it; one that an operator changed keeps the change.
        With no live node nothing is touched: a stopped application has not taken its jobs back. Neither does one
        whose modules could not all be imported: what is missing there may be a mistake.
        """
        with self.db.read() as conn:
            live = definitions.live_generations(conn, app)
            if not live:
                return 0
            wanted = definitions.declared(conn, live[0])
            kept = definitions.declared_names(conn, live)
            standing = {job.name: job for job in table.listing(conn, table.Filter(app=app), size=10**6)}
            vanished = table.vanished(conn, app)
            broken = definitions.problems(conn, app)
        changed = sum(self._apply(app, name, info, standing.get(name)) for name, info in wanted.items())
        gone = [job for name, job in standing.items() if name not in kept and job.id not in vanished]
        gone = [] if broken else gone
        for job in gone:
            self._vanish(job)
        return changed + len(gone)

    def _apply(self, app: str, name: str, info: dict[str, Any], job: Job | None) -> bool:
        spec = JobSpec.model_validate(info["spec"])
        if job is not None and _same(job, spec, info):
            return False
        with self.db.write() as conn:
            try:
                if job is None:
                    job = self._adopt(conn, app, spec, info)
                self._redefine(conn, app, job, spec, info)
            except RotaError as problem:
                if job is None:
                    raise
                table.change(conn, job.id, {"problem": str(problem)}, by=BY.name, at=self.clock.now())
                table.set_next(conn, job.id, None)
        return True

    def _adopt(self, conn: Connection, app: str, spec: JobSpec, info: dict[str, Any]) -> Job:
        """The job of that name, made now if there is none. A runtime job of the name becomes the code's."""
        standing = table.find(conn, spec.name, lock=True)
        if standing is not None:
            return standing
        columns = {"origin": "code", "app": app, "source": info["source"]}
        return create(conn, self.jobs.clock, self.jobs.variables, spec, BY, **columns)

    def _redefine(self, conn: Connection, app: str, job: Job, spec: JobSpec, info: dict[str, Any]) -> None:
        job = require(conn, job.id, lock=True)
        if _same(job, spec, info):
            return
        effective = JobSpec(**spec.model_dump() | job.overrides)
        columns = {"origin": "code", "app": app, "source": info["source"], "vanished_at": None}
        self.jobs.redefine(conn, job, effective, BY, **columns)
        audit.record(conn, BY, "job.declare", f"job:{job.name}", at=self.clock.now(), after=info["spec"])

    def _vanish(self, job: Job) -> None:
        with self.db.write() as conn:
            now = self.clock.now()
            require(conn, job.id, lock=True)
            table.change(conn, job.id, {"vanished_at": now}, by=BY.name, at=now)
            table.set_next(conn, job.id, None)
            audit.record(conn, BY, "job.vanish", f"job:{job.name}", at=now)


def _same(job: Job, spec: JobSpec, info: dict[str, Any]) -> bool:
    effective = spec.model_dump() | {
        name: getattr(job, name) for name in job.overrides if name in JobSpec.model_fields
    }
    current = {name: getattr(job, name) for name in JobSpec.model_fields}
    return (
        effective == current
        and job.source == info["source"]
        and job.status.value not in ("vanished", "problem")
    )
