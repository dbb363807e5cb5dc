"""Settings kept in the database that affect all jobs. The environment wins, and locks what it sets."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rota.domain.actor import Actor
from rota.domain.clock import Clock
from rota.domain.errors import Conflict, Invalid, unknown
from rota.domain.job import Count, Number, Overlap
from rota.domain.permission import Action, Role
from rota.services.rights import acting
from rota.store import audit, definitions, settings
from rota.store.database import Database

PREFIX = "ROTA_"
JOB_DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "timeout": "default_timeout",
        "max_retries": "default_retries",
        "overlap": "default_overlap",
        "grace": "default_grace",
    }
)
"""The fields of a job that a setting is the default of."""


class Kept(BaseModel):
    """The settings, with what holds unless they are set. Times are seconds, retention is days."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    default_timeout: Number = Field(
        120, ge=0, le=31_536_000, description="seconds a new job may take; 0: no limit"
    )
    default_retries: Count = Field(0, ge=0, le=1000, description="how often a new job tries a failure again")
    default_overlap: Overlap = Field(Overlap.SKIP, description="what a new job does when it still runs")
    default_grace: Number = Field(
        60, ge=0, le=86_400, description="seconds that a new job's slot may be planned late"
    )
    retention_days: Number = Field(30, gt=0, le=36_500, description="days that executions are kept")
    retention_failed_days: Number = Field(90, gt=0, le=36_500, description="days that failures are kept")
    dashboard_role: Role = Field(Role.VIEWER, description="the least role that may open the dashboard")
    hold_all: bool = Field(False, description="start nothing, anywhere, until this is false again")


@dataclass(frozen=True, slots=True)
class Value:
    """One setting as it holds. source: "default", "database" or "environment"; the last locks it."""

    name: str
    value: Any
    source: str
    description: str

    @property
    def locked(self) -> bool:
        """Whether only the environment can change it."""
        return self.source == "environment"


class Configuration:
    """Reads and sets them.

    environ  where ROTA_<NAME> wins over what the database keeps
    """

    def __init__(self, db: Database, clock: Clock, environ: Mapping[str, str]) -> None:
        self.db, self.clock, self.environ = db, clock, environ

    def values(self) -> list[Value]:
        """Every setting as it holds. Raises Invalid for a variable that cannot be read."""
        with self.db.read() as conn:
            kept = settings.all_of(conn)
        return [self._value(name, kept) for name in Kept.model_fields]

    def _value(self, name: str, kept: dict[str, Any]) -> Value:
        described = Kept.model_fields[name].description or ""
        if (given := self._locked(name)) is not None:
            return Value(name, _read(name, given), "environment", described)
        if name in kept:
            return Value(name, _read(name, kept[name]), "database", described)
        return Value(name, getattr(Kept(), name), "default", described)

    def _locked(self, name: str) -> str | None:
        """What the environment says; never of hold_all, which every node must see alike."""
        return None if name == settings.HOLD_ALL else self.environ.get(variable(name))

    def held(self) -> Kept:
        """All of them as one value."""
        return Kept(**{one.name: one.value for one in self.values()})

    def job_defaults(self, task: str) -> dict[str, Any]:
        """The fields of a new job of that task that were not given: as the task says, else as the settings say."""
        held = self.held()
        usual = {field: getattr(held, name) for field, name in JOB_DEFAULTS.items()}
        with self.db.read() as conn:
            return usual | own_defaults(definitions.task(conn, task) or {})

    def set(self, name: str, text: str | None, by: Actor) -> Value:
        """Set one; None: back to the default. Raises Invalid, and Conflict when the environment locks it."""
        value = parse(name, text)
        with acting(self.db, self.clock, by, Action.CONFIG_SET, f"setting:{name}") as conn:
            self._spare_locked(name)
            before = settings.all_of(conn).get(name)
            if value is None:
                settings.forget(conn, name)
            else:
                settings.put(conn, name, getattr(value, "value", value))
            audit.record(
                conn, by, "config.set", f"setting:{name}", at=self.clock.now(), before={name: before},
                after={name: value},
            )  # fmt: skip
            self.db.bell.ring(conn)
        return self._value(name, {} if value is None else {name: value})

    def _spare_locked(self, name: str) -> None:
        if self._locked(name) is not None:
            fix = f"change or unset the variable {variable(name)}"
            raise Conflict(f"{name} is locked by the environment", fix=fix, code="locked")


def own_defaults(task: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a new job that its task, as it was published, says."""
    said = task.get("timeout")
    return {} if said is None else {"timeout": said}


def variable(name: str) -> str:
    """The environment variable that sets it."""
    return PREFIX + name.upper()


def parse(name: str, text: str | None) -> Any:
    """The value that a text is for a setting; None for None. Raises Invalid, also where there is no such setting."""
    if name not in Kept.model_fields:
        error = unknown("setting", name, Kept.model_fields)
        raise Invalid(f'no setting named "{name}" is kept in the database', fix=error.fix, field=name)
    return None if text is None else _read(name, text)


def _read(name: str, value: Any) -> Any:
    try:
        return getattr(Kept(**{name: value}), name)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise Invalid(
            f"{name} {value!r}: {first['msg']}", fix=Kept.model_fields[name].description, field=name
        ) from error
