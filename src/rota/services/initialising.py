"""Making the jobs of a set: shown first, made once, and never against what somebody has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rota.domain.actor import SYSTEM, Actor
from rota.domain.errors import unknown
from rota.domain.job import Job, JobPatch, JobSpec
from rota.services.defaults import APP, ready_made
from rota.services.jobs import Jobs
from rota.services.sets import SETS
from rota.store import definitions
from rota.store import jobs as table


@dataclass(frozen=True, slots=True)
class Step:
    """What is done about a job. change: of a job that is as rota made it; keep: it is there already"""

    what: Literal["make", "change", "keep"]
    spec: JobSpec


class Initialising:
    """The verbs behind `rota init`."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs, self.db, self.clock = jobs, jobs.db, jobs.clock

    def plan(self, name: str) -> list[Step]:
        """What making a set would do. Raises NotFound with the sets that there are."""
        if name not in SETS:
            raise unknown("set", name, SETS)
        with self.db.read() as conn:
            found = {spec.name: table.find(conn, spec.name) for spec in SETS[name]}
        return [Step(_needed(spec, found[spec.name]), spec) for spec in SETS[name]]

    def apply(self, steps: Sequence[Step], by: Actor) -> list[Job]:
        """Make and change what was planned. Returns the jobs that are new or other than before."""
        wanted = [step for step in steps if step.what != "keep"]
        if wanted:
            with self.db.write() as conn:
                definitions.publish(conn, APP, ready_made().published(), self.clock.now())
        return [self._make(step, by) for step in wanted]

    def _make(self, step: Step, by: Actor) -> Job:
        if step.what == "make":
            return self.jobs.create(step.spec, by)
        given = step.spec.model_dump(exclude_unset=True, exclude={"name"})
        return self.jobs.update(step.spec.name, JobPatch(**given), by)


def _needed(spec: JobSpec, job: Job | None) -> Literal["make", "change", "keep"]:
    if job is None:
        return "make"
    is_ours = job.version == 1 and job.created_by == job.updated_by == SYSTEM.name
    timing = ("schedule_type", "schedule_expression", "task_name", "task_kwargs", "is_enabled")
    differs = any(getattr(job, name) != getattr(spec, name) for name in timing)
    return "change" if is_ours and differs else "keep"
