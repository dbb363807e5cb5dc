"""A job declared in code: from the author's words, and the settings', to a JobSpec."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from rota.domain.errors import Invalid, unknown
from rota.domain.job import JobSpec
from rota.domain.kinds import SHORTHAND, Kind
from rota.domain.schedule import Schedule
from rota.registry.body import Body
from rota.registry.jsonable import jsonable
from rota.registry.task import Task
from rota.sdk import Declaration

SETTINGS_FILE = "rota.toml"
SCHEDULES = (*SHORTHAND, "schedule")
RENAMED = {
    "enabled": "is_enabled",
    "kwargs": "task_kwargs",
    "queue": "task_queue",
    "priority": "task_priority",
}
"""The author's words for fields that bear another name."""


@dataclass(frozen=True, slots=True)
class DeclaredJob:
    """A job as the code (and the settings) declare it.

    source   "file:line" of the code
    sources  the fields that come from somewhere else, such as {"is_enabled": "rota.toml"}
    """

    spec: JobSpec
    source: str
    sources: Mapping[str, str] = field(default_factory=dict)

    def published(self) -> dict[str, Any]:
        """What other processes are told."""
        return {
            "spec": self.spec.model_dump(mode="json"),
            "source": self.source,
            "sources": dict(self.sources),
        }


def name_of(declaration: Declaration, body: Body, own: str) -> str:
    """The job's name: what the decorator says, else the class, else the name of the function or class."""
    return str(declaration.name or body.attributes.get("name") or own)


def declared(
    name: str, declaration: Declaration, body: Body, task: Task, settings: Mapping[str, Any] | None
) -> DeclaredJob:
    """The job of a declaration. `settings` is its [jobs.NAME] table, or None.

    Raises Invalid (for a schedule InvalidSchedule) when it cannot be, with the fix.
    """
    options = {**body.attributes, **declaration.options}
    if any(word in declaration.options for word in SCHEDULES) and "schedule" not in declaration.options:
        options.pop("schedule", None)
    usual = {} if task.timeout is None else {"timeout": task.timeout}
    fields = {"description": body.doc, **usual, **fields_of(options), "name": name, "task_name": task.name}
    changed = _settings_fields(settings or {}, fields)
    fields.update(changed)
    fields["task_kwargs"] = _arguments(task, fields.get("task_kwargs", {}))
    fields["metadata"] = _said_in_json("metadata", fields.get("metadata", {}))
    try:
        spec = JobSpec.model_validate(fields)
    except ValidationError as error:
        raise _invalid(error) from error
    return DeclaredJob(spec, task.source, dict.fromkeys(changed, SETTINGS_FILE))


def fields_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """A job's fields from the author's words, `daily="02:00"` or `queue="slow"`. Raises Invalid for two schedules."""
    given = {word: value for word, value in options.items() if word in SCHEDULES and value is not None}
    rest = {RENAMED.get(word, word): value for word, value in options.items() if word not in SCHEDULES}
    if not given:
        return rest
    if len(given) > 1:
        said = ", ".join(f"{word}=" for word in given)
        raise Invalid(f"a job has one schedule, not {said}", fix="keep one of them", field="schedule")
    ((word, value),) = given.items()
    if isinstance(value, Schedule):
        return {**rest, **_of_value(value, rest)}
    kind = Kind.CRON if word == "schedule" else SHORTHAND[word]
    return {**rest, "schedule_type": str(kind), "schedule_expression": _expression(word, value)}


def _of_value(schedule: Schedule, rest: Mapping[str, Any]) -> dict[str, Any]:
    if "timezone" in rest:
        raise Invalid(
            "the Schedule value has a time zone already", fix="take out timezone=", field="timezone"
        )
    return {
        "schedule_type": str(schedule.kind),
        "schedule_expression": schedule.expression,
        "timezone": schedule.timezone,
        "anchor": schedule.anchor,
    }


def _expression(word: str, value: object) -> str:
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
        return f"{int(seconds)}s" if seconds == int(seconds) else f"{seconds}s"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) or (word == "every" and type(value) is int):
        return str(value)
    raise Invalid(f"{word}= is text, not {value!r}", fix=f'write {word}="…"', field="schedule")


def _settings_fields(settings: Mapping[str, Any], declared: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a [jobs.NAME] table sets; its task_kwargs are laid over the declared ones."""
    changed: dict[str, Any] = {}
    for key, value in settings.items():
        if key == "enabled":
            changed["is_enabled"] = value
        elif key == "task_kwargs" and isinstance(value, Mapping):
            changed["task_kwargs"] = {**declared.get("task_kwargs", {}), **value}
        elif key == "schedule":
            changed.update(_settings_schedule(value))
            # What was anchored is the interval in the code, not this one.
            changed.update({"anchor": None} if declared.get("anchor") else {})
        elif key == "task_kwargs":
            raise Invalid(
                f"task_kwargs is a table, not {value!r}", fix='write task_kwargs = { name = "value" }'
            )
        else:
            absent = unknown("setting", key, ("enabled", "schedule", "task_kwargs"))
            raise Invalid(f"a job has {absent.message}", fix=absent.fix)
    return changed


def _settings_schedule(value: object) -> dict[str, Any]:
    if isinstance(value, str):
        return {"schedule_type": str(Kind.CRON), "schedule_expression": value}
    known = {"kind", "expression", "timezone"}
    if not isinstance(value, Mapping) or "kind" not in value or value.keys() - known:
        raise Invalid(
            f"schedule is {value!r}",
            fix='write a cron expression, or { kind = "daily", expression = "03:00", timezone = "UTC" }',
        )
    zone = {"timezone": value["timezone"]} if "timezone" in value else {}
    return {
        "schedule_type": value["kind"],
        "schedule_expression": value.get("expression", ""),
        **zone,
    }


def _arguments(task: Task, kwargs: object) -> dict[str, Any]:
    given = _said_in_json("kwargs", kwargs)
    if exposed := task.arguments.exposed(given):
        raise Invalid(
            f'argument "{exposed[0]}" is secret and its value stands in the open',
            fix=f'write "{exposed[0]}": "env:NAME" and set NAME where the job runs',
            field=f"task_kwargs.{exposed[0]}",
        )
    task.check(given)
    return given


def _said_in_json(word: str, value: object) -> dict[str, Any]:
    try:
        if isinstance(value, Mapping):
            return dict(jsonable(value))
    except ValueError as error:
        raise Invalid(f"{word} holds what JSON cannot say ({error})", fix="give texts and numbers") from error
    raise Invalid(f"{word} is a dict, not {value!r}")


def _invalid(error: ValidationError) -> Invalid:
    first = error.errors(include_url=False)[0]
    path = ".".join(str(part) for part in first["loc"])
    word = {field: word for word, field in RENAMED.items()}.get(path, path)
    fix = None
    if path == "name":
        fix = "begin with a letter, then letters, digits, _ . - (at most 100); `title` may be any text"
    return Invalid(f"{word} is {first['input']!r}: {first['msg']}", fix=fix, field=path)
