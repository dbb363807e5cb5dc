"""Pausing and resuming, enabling and disabling. None of them ever fires for the past."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from rota.domain.actor import ROTA, Actor
from rota.domain.errors import Conflict, Unavailable
from rota.domain.job import Job, JobPatch
from rota.domain.permission import Action
from rota.services import timing
from rota.services.jobs import Jobs, require
from rota.services.rights import acting
from rota.store import audit, waiting
from rota.store import jobs as table


class Holds:
    """The switches of a job. Enabled is configuration; a pause is an operator's hold with a reason."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs, self.db, self.clock = jobs, jobs.db, jobs.clock

    def enable(self, reference: str | int, by: Actor) -> Job:
        """Let the job fire from now on. Raises NotFound."""
        return self.jobs.update(reference, JobPatch(is_enabled=True), by, verb="enable")

    def disable(self, reference: str | int, by: Actor) -> Job:
        """Stop firing the job, and hold what it has queued. What runs, finishes. Raises NotFound."""
        return self.jobs.update(reference, JobPatch(is_enabled=False), by, verb="disable")

    def pause(
        self, reference: str | int, by: Actor, *, reason: str | None = None, until: datetime | None = None
    ) -> Job:
        """Hold the job, and what it has queued. `until`: resume by itself then. Raises NotFound, Conflict."""
        with acting(self.db, self.clock, by, Action.JOB_PAUSE, f"job:{reference}") as conn:
            job = require(conn, reference, lock=True)
            if job.paused_at is not None:
                since = f"{job.paused_at:%Y-%m-%d %H:%M} UTC"
                raise Conflict(f'job "{job.name}" is paused already, since {since} by {job.paused_by}')
            pause(conn, job, by, self.clock.now(), reason=reason, until=until)
            return require(conn, job.id)

    def resume(self, reference: str | int, by: Actor) -> Job:
        """End a pause. The slots of the paused time become one skipped row. Raises NotFound, Conflict."""
        with acting(self.db, self.clock, by, Action.JOB_RESUME, f"job:{reference}") as conn:
            job = require(conn, reference, lock=True)
            if job.paused_at is None:
                raise Conflict(f'job "{job.name}" is not paused')
            return self._resume(conn, job, by)

    def resume_due(self) -> int:
        """Resume every job whose pause was until now. Returns how many.

        One that fails is in the way of no other; raises ExceptionGroup afterwards.
        """
        due = table.paused_until(self.db.look, self.clock.now())
        failed: list[Exception] = []
        for job_id in due:
            try:
                self._resume_if_due(job_id)
            except Unavailable:
                raise
            except Exception as error:
                failed.append(error)
        if failed:
            raise ExceptionGroup("some pauses could not be ended", failed)
        return len(due)

    def _resume_if_due(self, job_id: int) -> None:
        with self.db.write() as conn:
            job = table.find(conn, job_id, lock=True)
            if job is not None and job.paused_until is not None and job.paused_until <= self.clock.now():
                self._resume(conn, job, ROTA)

    def _resume(self, conn: Connection, job: Job, by: Actor) -> Job:
        now = self.clock.now()
        cleared = dict.fromkeys(("paused_at", "paused_until", "paused_by", "pause_reason"))
        table.change(conn, job.id, cleared, by=by.name, at=now)
        settled = None
        if job.is_enabled and not job.problem and job.paused_at is not None:
            first, _ = timing.next_fire(job, job.paused_at)
            settled = timing.settle(conn, job, first, now, "paused")
        after = require(conn, job.id)
        timing.set_next(conn, after, now, settled)
        if after.is_enabled:
            waiting.unhold(conn, job.id)
        self.db.bell.ring(conn)
        audit.record(conn, by, "job.resume", f"job:{job.name}", at=now)
        return require(conn, job.id)


def pause(
    conn: Connection, job: Job, by: Actor, now: datetime, *, reason: str | None, until: datetime | None = None
) -> None:
    """Pause a locked job in the caller's transaction."""
    settled = timing.settle(conn, job, job.next_run, now, "paused before they were planned")
    values: dict[str, Any] = {
        "paused_at": now,
        "paused_by": by.name,
        "pause_reason": reason,
        "paused_until": until,
    }
    table.change(conn, job.id, values, by=by.name, at=now)
    table.set_next(conn, job.id, None, settled)
    waiting.hold(conn, job.id)
    after = {"until": until.isoformat()} if until else None
    audit.record(conn, by, "job.pause", f"job:{job.name}", at=now, after=after, reason=reason)
