"""Jobs, their switches, and why they do not run, through a server."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rota.client.wire import MOST, Wire, instant, known
from rota.domain.actor import Actor
from rota.domain.errors import InvalidSchedule, RotaError, unknown
from rota.domain.job import Job, JobPatch, JobSpec
from rota.domain.preview import Preview
from rota.services.explaining import Explanation, Item
from rota.store.jobs import Filter
from rota.store.versions import Version

REFERENCE = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}"
DEEPEST = 10_000
"""So many jobs the API counts pages over; behind them it goes on by cursor only."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A schedule that can be, as the server reads it."""

    kind: str
    expression: str
    timezone: str
    explanation: str
    notes: list[str]
    fires: list[Preview]


class Jobs:
    """The verbs of `services.jobs.Jobs`. Who asks is who the token is."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def get(self, reference: str | int) -> Job:
        """The job of that name or id. Raises NotFound."""
        return self.wire.model(Job, self.wire.get("jobs", self.named(reference)))

    def named(self, reference: str | int) -> str:
        """The reference, if it can be one. Raises NotFound with the names that exist."""

        def nothing() -> RotaError:
            return unknown("job", str(reference), [job.name for job in self.search(size=1000)])

        return known(reference, REFERENCE, nothing)

    def search(self, wanted: Filter | None = None, *, page: int = 1, size: int = 100) -> list[Job]:
        """One page of the jobs that match, by name; the first page is 1."""
        query = _query(wanted)
        if size <= MOST and page * size <= DEEPEST:
            found = self.wire.get("jobs", "", page=page, size=size, **query)["items"]
        else:
            found = self.wire.walk("jobs", "", skip=(page - 1) * size, size=size, **query)
        return [self.wire.model(Job, one) for one in found]

    def count(self, wanted: Filter | None = None) -> int:
        """How many jobs match; of very many, at least how many."""
        return int(self.wire.get("jobs", "", size=1, **_query(wanted))["total"])

    def create(self, spec: JobSpec, by: Actor) -> Job:
        """Register a job and set its first fire. Raises NotFound (task), Conflict (name), InvalidSchedule."""
        return self._changed("POST", "", body=_given(spec))

    def check(self, spec: JobSpec) -> None:
        """Whether the definition could be saved. Raises NotFound (task), Invalid, InvalidSchedule."""
        self.wire.ask("POST", "jobs", "check", body=_given(spec))

    def update(self, reference: str | int, patch: JobPatch, by: Actor) -> Job:
        """Change the fields given. Raises as `create` does."""
        return self._changed("PATCH", self.named(reference), body=_given(patch))

    def delete(self, reference: str | int, by: Actor) -> None:
        """Take a job away. Raises NotFound, Conflict for a job of code."""
        self.wire.ask("DELETE", "jobs", self.named(reference))

    def versions(self, reference: str | int) -> list[Version]:
        """The saved definitions, the newest first. Raises NotFound."""
        return self.wire.read(list[Version], self.wire.get("jobs", self.named(reference), "versions"))

    def restore(self, reference: str | int, version: int, by: Actor) -> Job:
        """Give a job the definition of an earlier version. Raises NotFound, Conflict when it has it."""
        return self._changed("POST", self.named(reference), "versions", version, "restore")

    def validate(
        self, kind: str, expression: str, timezone: str, after: datetime | None, count: int
    ) -> Checked:
        """What a schedule means there. Raises InvalidSchedule."""
        body = {
            "schedule_type": kind,
            "schedule_expression": expression,
            "timezone": timezone,
            "after": instant(after),
            "count": count,
        }
        told = self.wire.ask("POST", "jobs", "validate-schedule", body=body)
        with self.wire.reading():
            if not told["valid"]:
                raise InvalidSchedule(told["error"], fix=told["fix"])
            zone = ZoneInfo(told["timezone"])
            ats = [(datetime.fromisoformat(one["at"]), one["note"]) for one in told["next_runs"]]
            fires = [Preview(at, at.astimezone(zone), note) for at, note in ats]
            return Checked(
                told["schedule_type"], told["schedule_expression"], told["timezone"], told["description"],
                told["notes"], fires,
            )  # fmt: skip

    def _changed(self, method: str, *path: object, body: object = None) -> Job:
        return self.wire.model(Job, self.wire.ask(method, "jobs", *path, body=body))


class Holds:
    """The verbs of `services.holds.Holds`."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs, self.wire = jobs, jobs.wire

    def pause(
        self, reference: str | int, by: Actor, *, reason: str | None = None, until: datetime | None = None
    ) -> Job:
        """Hold a job until it is resumed, or until an instant."""
        return self._do(reference, "pause", {"reason": reason, "until": instant(until)})

    def resume(self, reference: str | int, by: Actor) -> Job:
        """End a pause."""
        return self._do(reference, "resume")

    def enable(self, reference: str | int, by: Actor) -> Job:
        """Let a job fire from now on."""
        return self._do(reference, "enable")

    def disable(self, reference: str | int, by: Actor) -> Job:
        """Stop firing a job."""
        return self._do(reference, "disable")

    def _do(self, reference: str | int, verb: str, body: object = None) -> Job:
        return self.wire.model(
            Job, self.wire.ask("POST", "jobs", self.jobs.named(reference), verb, body=body)
        )


class Explaining:
    """The verb of `services.explaining.Explaining`."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs, self.wire = jobs, jobs.wire

    def job(self, reference: str | int) -> Explanation:
        """Why a job is, or is not, running. Raises NotFound."""
        told = self.wire.get("jobs", self.jobs.named(reference), "explain")
        with self.wire.reading():
            items = tuple(Item(one["name"], one["ok"], one["text"], one["fix"]) for one in told["items"])
            return Explanation(self.jobs.get(reference), told["status"], items)


def _query(wanted: Filter | None) -> dict[str, object]:
    if wanted is None:
        return {}
    named = ("status", "is_enabled", "job_type", "tag", "search")
    return {name: getattr(wanted, name) for name in named} | {
        "is_overdue": True if wanted.overdue_at is not None else None
    }


def _given(definition: JobSpec | JobPatch) -> object:
    return definition.model_dump(mode="json", exclude_unset=True)
