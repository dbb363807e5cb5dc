"""running -> ended: one attempt, in whatever process; the same code for every executor."""

import inspect
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import from_json

from rota.domain.errors import unknown
from rota.engine.runner_async import AsyncBodies
from rota.engine.runner_link import BodyLink
from rota.engine.runner_meter import Meter
from rota.engine.runner_outcome import Fields, failure, success
from rota.engine.runner_signals import Signals
from rota.executors.wire import Assignment
from rota.registry import Registry, Task
from rota.sdk import Application, JobContext


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a body ended.

    seconds      how long it took, by the monotonic clock
    peak_memory  MB, None where the system cannot tell
    cpu          seconds
    fields       what else there is to say, by the names of `Ending`
    stopped      a stop was raised in it
    """

    success: bool
    seconds: float
    peak_memory: float | None
    cpu: float
    fields: Fields
    stopped: bool


class Runner:
    """Runs bodies, one after another, in the main thread.

    begun  is told when a body begins
    link   makes the link between a body and whoever keeps its record
    """

    def __init__(
        self,
        registry: Registry,
        application: Application,
        signals: Signals,
        *,
        begun: Callable[[Assignment, float], None],
        link: Callable[[Assignment], BodyLink],
    ) -> None:
        self._registry = registry
        self._application = application
        self._signals = signals
        self._begun = begun
        self._link = link
        self._meter = Meter()
        self._async = AsyncBodies(signals)

    def run(self, job: Assignment) -> Outcome:
        """Run one body to its end. Whatever it raises becomes a failure."""
        self._signals.expect(job.execution_id)
        used = self._meter.used()
        self._begun(job, used)
        link = self._link(job)
        self._meter.begin(used)
        started = time.perf_counter()
        try:
            succeeded, fields = success(self._attempt(job, link))
        except BaseException as error:
            self._meter.unguard()
            succeeded, fields = False, failure(error, memory_limit=job.memory_limit)
        seconds = time.perf_counter() - started
        link.finish()
        return Outcome(succeeded, seconds, *self._meter.end(), fields, self._signals.delivered)

    def _attempt(self, job: Assignment, link: BodyLink) -> Any:
        try:
            try:
                if job.memory_limit:
                    self._meter.guard(job.memory_limit)
                self._signals.arm()
                return self._perform(job, link)
            finally:
                self._signals.disarm()
        finally:
            self._meter.unguard()

    def _perform(self, job: Assignment, link: BodyLink) -> Any:
        _name_lines(job)
        task = self._registry.tasks.get(job.task_name)
        if task is None:
            raise unknown("task", job.task_name, self._registry.tasks)
        arguments = task.bind({} if job.kwargs == "{}" else from_json(job.kwargs))
        if task.context is not None:
            arguments = {**arguments, task.context: self._context(job, task, arguments, link)}
        returned = task.call(**arguments)
        if returned is None or not inspect.isawaitable(returned):
            return returned
        return self._async.run(returned)

    def _context(self, job: Assignment, task: Task, params: dict[str, Any], link: BodyLink) -> JobContext:
        return JobContext(
            link,
            execution_id=job.execution_id,
            job_name=job.job_name,
            attempt=job.attempt,
            idempotency_key=job.idempotency_key,
            scheduled_for=datetime.fromisoformat(job.scheduled_for) if job.scheduled_for else None,
            params=params,
            application=self._application,
            stopping=lambda: self._signals.delivered,
            ready_made=task.ready_made,
        )


def _name_lines(job: Assignment) -> None:
    """Let every line that the body logs by structlog bear the execution's id, where it uses that."""
    if structlog := sys.modules.get("structlog"):
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(execution_id=job.execution_id, job=job.job_name)
