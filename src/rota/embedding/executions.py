"""`rota.executions`: the verbs on executions."""

import time
from datetime import datetime
from typing import TypeAlias

from rota.app import Rota as Product
from rota.domain.attempt import Line
from rota.domain.execution import Execution, Status
from rota.embedding.asking import By, actor
from rota.store.history import Filter

Executions_: TypeAlias = list[Execution]
Lines: TypeAlias = list[Line]


class Executions:
    """Each verb raises the errors of `rota.RotaError`."""

    def __init__(self, product: Product) -> None:
        self._product = product

    def list(
        self, *, job: str | int | None = None, status: Status | str | None = None, since: datetime | None = None,
        before: int | None = None, size: int = 20,
    ) -> Executions_:  # fmt: skip
        """The newest executions that match. before: only those older than the execution of that id"""
        job_id = None if job is None else self._product.jobs.get(job).id
        statuses = None if status is None else (Status(status),)
        wanted = Filter(job_id=job_id, statuses=statuses, since=since, before_id=before)
        return self._product.executions.search(wanted, size=size)

    def get(self, execution_id: int) -> Execution:
        """One execution."""
        return self._product.executions.get(execution_id)

    def logs(self, execution_id: int, *, after: int = 0, most: int = 1000) -> Lines:
        """What it printed and logged, after the line of that number."""
        return self._product.executions.lines(execution_id, after, most)

    def cancel(self, execution_id: int, *, by: By = None, reason: str | None = None) -> Execution:
        """Cancel what is queued at once; ask what has begun to stop."""
        return self._product.executions.cancel(execution_id, actor(by), reason=reason)

    def retry(self, execution_id: int, *, by: By = None, force: bool = False) -> Execution:
        """Run an ended execution's job again with the same arguments, as a new manual run."""
        return self.get(self._product.executions.retry(execution_id, actor(by), force=force))

    def wait(self, execution_id: int, seconds: float | None = None) -> Execution:
        """Wait until it has ended, at most `seconds`; `is_final` tells whether it has."""
        ended = self._product.executions.wait(execution_id, seconds, time.sleep)
        return ended or self.get(execution_id)
