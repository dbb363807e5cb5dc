"""`rota.jobs`: the verbs on jobs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

from rota.app import Rota as Product
from rota.domain.execution import Execution, Status
from rota.domain.job import Job, JobPatch, JobSpec, JobStatus
from rota.embedding.asking import By, actor, told
from rota.embedding.executions import Executions
from rota.registry.declared import fields_of
from rota.services.explaining import Explanation
from rota.services.statistics import Overview
from rota.store.jobs import Filter
from rota.store.versions import Version

Ref = str | int
"""A job, by its name or its id."""

Jobs_: TypeAlias = list[Job]
Executions_: TypeAlias = list[Execution]
Versions: TypeAlias = list[Version]
Instants: TypeAlias = list[datetime]


class Jobs:
    """Each verb raises the errors of `rota.RotaError`: NotFound, Conflict, Invalid, Denied, Unavailable."""

    def __init__(self, product: Product) -> None:
        self._product = product

    def list(
        self, *, status: JobStatus | str | None = None, is_enabled: bool | None = None, job_type: str | None = None,
        tag: str | None = None, search: str | None = None, page: int = 1, size: int = 100,
    ) -> Jobs_:  # fmt: skip
        """One page of the jobs that match, by name; the first page is 1."""
        stands = None if status is None else JobStatus(status)
        wanted = Filter(status=stands, is_enabled=is_enabled, job_type=job_type, tag=tag, search=search)
        return self._product.jobs.search(wanted, page=page, size=size)

    def get(self, job: Ref) -> Job:
        """One job."""
        return self._product.jobs.get(job)

    def create(self, name: str, task: str, *, by: By = None, **options: Any) -> Job:
        """Make a job of a task that some node knows.

        options  in the words of `@rota.job` (daily="02:00", kwargs={...}, max_retries=3), or the fields of a job
        """
        with told():
            usual = self._product.configuration.job_defaults(task)
            spec = JobSpec(**usual | fields_of(options) | {"name": name, "task_name": task})
        return self._product.jobs.create(spec, actor(by))

    def update(self, job: Ref, *, by: By = None, **options: Any) -> Job:
        """Change the fields given, in the words of `create`. A new schedule starts from now."""
        with told():
            return self._product.jobs.update(job, JobPatch(**fields_of(options)), actor(by))

    def delete(self, job: Ref, *, by: By = None) -> None:
        """Take a job away; its executions stay. Raises Conflict for one that is declared in code."""
        self._product.jobs.delete(job, actor(by))

    def execute(
        self, job: Ref, *, by: By = None, kwargs: Mapping[str, Any] | None = None, force: bool = False,
        wait: float | None = None,
    ) -> Execution:  # fmt: skip
        """Queue one run now.

        kwargs  arguments that replace the job's own of the same name, for this run
        force   although it is disabled or paused; never in spite of its overlap policy
        wait    at most so many seconds until it has ended; `execution.is_final` tells whether it has
        """
        given = None if kwargs is None else dict(kwargs)
        made = self._product.executions.execute(job, actor(by), kwargs=given, force=force)
        return Executions(self._product).wait(made, wait or 0)

    def pause(
        self, job: Ref, *, by: By = None, reason: str | None = None, until: datetime | None = None
    ) -> Job:
        """Hold a job, and what it has queued. until: when it resumes by itself"""
        return self._product.holds.pause(job, actor(by), reason=reason, until=until)

    def resume(self, job: Ref, *, by: By = None) -> Job:
        """End a pause. Nothing fires for the past."""
        return self._product.holds.resume(job, actor(by))

    def enable(self, job: Ref, *, by: By = None) -> Job:
        """Let a job fire from now on."""
        return self._product.holds.enable(job, actor(by))

    def disable(self, job: Ref, *, by: By = None) -> Job:
        """Stop firing a job, and hold what it has queued; what runs, finishes."""
        return self._product.holds.disable(job, actor(by))

    def history(
        self, job: Ref, *, status: Status | str | None = None, before: int | None = None, size: int = 20
    ) -> Executions_:
        """The newest executions of a job. before: only those older than the execution of that id"""
        return Executions(self._product).list(job=job, status=status, before=before, size=size)

    def explain(self, job: Ref) -> Explanation:
        """Why it is, or is not, running: a sentence (`status`) and a checklist (`items`)."""
        return self._product.explaining.job(job)

    def upcoming(self, job: Ref, count: int = 5) -> Instants:
        """When it would fire next, in UTC, however it stands. Raises InvalidSchedule."""
        return self.get(job).schedule.fires(self._product.clock.now(), count)

    def overdue(self, *, size: int = 100) -> Jobs_:
        """The jobs whose time has passed, beyond their grace, without a run."""
        return self._product.jobs.search(Filter(overdue_at=self._product.clock.now()), size=size)

    def stats(self) -> Overview:
        """How many jobs and executions there are, how they stand, how they went."""
        return self._product.statistics.overview()

    def versions(self, job: Ref) -> Versions:
        """Every definition of a job that was saved, the newest first, secrets masked."""
        return self._product.jobs.versions(job)

    def restore(self, job: Ref, version: int, *, by: By = None) -> Job:
        """Save an older definition as the newest version."""
        return self._product.jobs.restore(job, version, actor(by))
