"""A job's definition as a form: what stands in its fields, and what was typed into them."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from rota.domain.errors import Invalid, InvalidSchedule, RotaError
from rota.domain.job import Definition, JobSpec
from rota.web import arguments

TEXTS = ("name", "title", "description", "job_type", "schedule_type", "schedule_expression", "timezone",
         "task_name", "task_queue", "overlap", "misfire")  # fmt: skip
WHOLE = ("task_priority", "memory_limit", "max_retries", "catch_up_limit")
DECIMAL = ("timeout", "backoff", "backoff_cap", "grace")
FLAGS = ("is_enabled", "retryable", "critical")
TAGS = re.compile(r"[,\s]+")
Errors = dict[str, str]


def typed_of(job: Definition) -> dict[str, str]:
    """The fields of the form as they stand for a definition; its arguments aside."""
    texts = {name: str(getattr(job, name, "") or "") for name in TEXTS}
    numbers = {name: _number(getattr(job, name)) for name in (*WHOLE, *DECIMAL)}
    flags = {name: "on" for name in FLAGS if getattr(job, name)}
    return texts | numbers | flags | {"tags": " ".join(job.tags)}


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if value < 1_000_000 else str(int(value))


def read(
    typed: Mapping[str, str], schema: Mapping[str, Any], kept: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], Errors]:
    """The fields of a spec that were typed, and what is wrong with them, by the name of the field.

    kept  the arguments of before, whose secrets stay when nothing is typed over them
    """
    errors: Errors = {}
    values: dict[str, Any] = {name: typed.get(name, "").strip() for name in TEXTS}
    for name in (*WHOLE, *DECIMAL):
        text = typed.get(name, "").strip()
        if not text and name != "memory_limit":
            continue
        try:
            values[name] = None if not text else int(text) if name in WHOLE else float(text)
        except ValueError:
            errors[name] = f'"{text[:40]}" is no {"whole " if name in WHOLE else ""}number'
    values |= {name: name in typed for name in FLAGS}
    values["tags"] = tuple(part for part in TAGS.split(typed.get("tags", "")) if part)
    values["job_type"] = values["job_type"] or "custom"
    values["task_queue"] = values["task_queue"] or "default"
    try:
        values["task_kwargs"] = arguments.given(schema, typed, kept)
    except Invalid as error:
        errors[error.field or "task_name"] = str(error)
    return values, errors


def spec_of(values: Mapping[str, Any], errors: Errors) -> JobSpec | None:
    """The spec of what was typed; None, and more errors, where it cannot be one."""
    try:
        return JobSpec(**values)
    except InvalidSchedule as error:
        errors.setdefault(error.field or "schedule_expression", str(error))
    except ValidationError as error:
        for one in error.errors(include_url=False):
            errors.setdefault(str(one["loc"][0]) if one["loc"] else "form", _message(one))
    return None


def _message(error: Any) -> str:
    told = str(error["msg"]).removeprefix("Value error, ")
    if error["loc"][:1] == ("name",):
        return "a name begins with a letter or _, then letters, digits, _ . or -; at most 100 characters"
    if error["loc"][:1] == ("task_name",):
        return "choose a task"
    return told


def note(errors: Errors, error: RotaError) -> None:
    """Put what a service refused beside the field at fault, or above the form."""
    errors["form" if error.field in (None, "task_kwargs") else error.field] = str(error)
