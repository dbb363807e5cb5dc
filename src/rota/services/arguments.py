"""Whether arguments fit a task, judged by the JSON Schema that the nodes published: no code of the task is needed."""

from typing import Any

from sqlalchemy import Connection

from rota.domain.errors import Invalid, unknown
from rota.store import definitions


def require_task(conn: Connection, name: str) -> dict[str, Any]:
    """What is known of the task. Raises NotFound, naming those that are known."""
    info = definitions.task(conn, name)
    if info is None:
        raise unknown("task", name, definitions.task_names(conn))
    return info


def check(info: dict[str, Any], kwargs: dict[str, Any]) -> None:
    """Raises Invalid, naming the argument, when `kwargs` do not fit the schema of the task."""
    schema = info.get("schema") or {}
    if schema.get("additionalProperties") is False:
        _check_names(info, schema, kwargs)
    _check_values(info, schema, kwargs)


def _check_names(info: dict[str, Any], schema: dict[str, Any], kwargs: dict[str, Any]) -> None:
    known = schema.get("properties", {})
    for name in kwargs:
        if name not in known:
            error = unknown("argument", name, known)
            raise Invalid(
                f'task "{info["name"]}" has no argument "{name}"', fix=error.fix, field="task_kwargs"
            )


def _check_values(info: dict[str, Any], schema: dict[str, Any], kwargs: dict[str, Any]) -> None:
    if not schema or (not kwargs and not schema.get("required")):
        return
    from jsonschema import Draft202012Validator

    for error in Draft202012Validator(schema).iter_errors(kwargs):
        where = ".".join(str(part) for part in error.absolute_path)
        named = f'argument "{where}" of task "{info["name"]}"' if where else f'task "{info["name"]}"'
        raise Invalid(f"{named}: {error.message}", fix="see `rota tasks show`", field="task_kwargs")
