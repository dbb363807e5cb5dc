"""Executions through a server."""

from typing import Any

from rota.client.jobs import Jobs
from rota.domain.actor import Actor
from rota.domain.attempt import Line
from rota.domain.execution import Execution
from rota.store.history import Filter


class Executions:
    """The verbs of `services.executions.Executions`."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs, self.wire = jobs, jobs.wire

    def get(self, execution_id: int) -> Execution:
        """The execution of that id. Raises NotFound."""
        return self._execution(self.wire.get("executions", execution_id))

    def search(self, wanted: Filter | None = None, *, size: int = 20) -> list[Execution]:
        """The newest executions that match; page by `before_id`."""
        asked = wanted or Filter()
        query: dict[str, Any] = {
            "status": [one.value for one in asked.statuses] if asked.statuses else None,
            "trigger": asked.trigger,
            "since": asked.since,
            "until": asked.until,
            "node": asked.node_id,
            "job": asked.job_id,
            "cursor": asked.before_id,
        }
        return [self._execution(one) for one in self.wire.walk("executions", skip=0, size=size, **query)]

    def lines(self, execution_id: int, after: int = 0, most: int = 1000) -> list[Line]:
        """The output after the line `after`. Raises NotFound."""
        found = self.wire.get("executions", execution_id, "logs", after=after, limit=min(most, 1000))
        with self.wire.reading():
            return self.wire.read(list[Line], found["lines"])

    def execute(
        self, reference: str | int, by: Actor, *, kwargs: dict[str, Any] | None = None, force: bool = False
    ) -> int:
        """Queue one run now. Returns the execution's id. Raises NotFound, Invalid (arguments), Conflict."""
        body = {"force": force, "override_kwargs": kwargs}
        made = self.wire.ask("POST", "jobs", self.jobs.named(reference), "execute", body=body)
        return self._execution(made).id

    def cancel(self, execution_id: int, by: Actor, *, reason: str | None = None) -> Execution:
        """Cancel what is queued at once, ask what has begun to stop. Raises NotFound, Conflict when it ended."""
        body = {"reason": reason}
        return self._execution(self.wire.ask("POST", "executions", execution_id, "cancel", body=body))

    def retry(self, execution_id: int, by: Actor, *, force: bool = False) -> int:
        """Run an ended execution's job again. Returns the new id. Raises NotFound, Conflict."""
        body = {"force": force}
        return self._execution(self.wire.ask("POST", "executions", execution_id, "retry", body=body)).id

    def _execution(self, data: Any) -> Execution:
        return self.wire.model(Execution, data)
