"""Tasks, nodes, numbers and settings through a server."""

from datetime import timedelta
from typing import Any

from rota.client.wire import Wire
from rota.domain.actor import Actor
from rota.domain.errors import NotFound
from rota.domain.job import Job
from rota.services.configuration import JOB_DEFAULTS, Value, own_defaults, parse
from rota.services.presence import Seen
from rota.services.statistics import Overview
from rota.store.nodes import Node, serves


class Catalogue:
    """The verbs of `services.catalogue.Catalogue`."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def tasks(self) -> list[dict[str, Any]]:
        """Every task by name."""
        found: list[dict[str, Any]] = self.wire.get("tasks")
        return found

    def task(self, name: str) -> dict[str, Any]:
        """One task. Raises NotFound."""
        found: dict[str, Any] = self.wire.get("tasks", name)
        return found


class Presence:
    """What the command line asks of `services.presence.Presence`."""

    def __init__(self, wire: Wire, catalogue: Catalogue) -> None:
        self.wire, self.catalogue = wire, catalogue

    def nodes(self) -> list[Seen]:
        """Every node that has not said goodbye or been declared gone, the oldest first."""
        return [self._seen(one) for one in self.wire.get("nodes")]

    def drain(self, reference: str, by: Actor) -> list[Seen]:
        """The verb of `services.presence.Presence`."""
        return [self._seen(one) for one in self.wire.ask("POST", "nodes", reference, "drain")]

    def undrain(self, reference: str, by: Actor) -> list[Seen]:
        """The verb of `services.presence.Presence`."""
        return [self._seen(one) for one in self.wire.ask("POST", "nodes", reference, "undrain")]

    def _seen(self, told: dict[str, Any]) -> Seen:
        fields = {name: told[name] for name in Node.__dataclass_fields__ if name in told}
        node = self.wire.read(Node, fields | {"pid_started": 0.0})
        return Seen(node, timedelta(seconds=told["silent_seconds"]), told["alive"])

    def takers(self, job: Job) -> list[Seen]:
        """The nodes that live, know the job's task and serve its queue."""
        known_by = self.catalogue.task(job.task_name)["known_by"]
        alive = [seen for seen in self.nodes() if seen.is_alive and seen.told in known_by]
        return [seen for seen in alive if serves(seen.node.queues, job.task_queue)]


class Statistics:
    """The verb of `services.statistics.Statistics`."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def overview(self) -> Overview:
        """The numbers, at most a second old."""
        told = self.wire.get("jobs", "stats", "overview")
        with self.wire.reading():
            return Overview(**{name: told[name] for name in Overview.__dataclass_fields__})


class Configuration:
    """The verbs of `services.configuration.Configuration`."""

    def __init__(self, wire: Wire, catalogue: Catalogue) -> None:
        self.wire, self.catalogue = wire, catalogue

    def values(self) -> list[Value]:
        """Every setting as it holds there."""
        return self._values(self.wire.get("settings"))

    def _values(self, told: list[dict[str, Any]]) -> list[Value]:
        with self.wire.reading():
            return [Value(one["name"], one["value"], one["source"], one["description"]) for one in told]

    def job_defaults(self, task: str) -> dict[str, Any]:
        """The fields of a new job of that task that were not given: as the task says, else as the settings say."""
        held = {one.name: one.value for one in self.values()}
        usual = {field: held[name] for field, name in JOB_DEFAULTS.items()}
        try:
            return usual | own_defaults(self.catalogue.task(task))
        except NotFound:
            return usual  # Whoever makes the job is told.

    def set(self, name: str, text: str | None, by: Actor) -> Value:
        """Set one; None: back to the default. Raises Invalid, and Conflict when the environment locks it."""
        value = parse(name, text)
        told = self.wire.ask("PATCH", "settings", body={name: getattr(value, "value", value)})
        return next(one for one in self._values(told) if one.name == name)
