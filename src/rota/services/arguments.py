"""Whether arguments fit a task, judged by the JSON Schema that the nodes published: no code of the task is needed."""

from typing import Any

from sqlalchemy import Connection

from rota.domain.errors import Invalid, unknown
from rota.services.vault import Vault
from rota.store import definitions


def require_task(conn: Connection, name: str, field: str | None = None) -> dict[str, Any]:
    """What is known of the task. Raises NotFound, naming those that are known, and the field that holds the name."""
    info = definitions.task(conn, name)
    if info is None:
        raise unknown("task", name, definitions.task_names(conn), field)
    return info


def accept(
    conn: Connection, vault: Vault, task: str, kwargs: dict[str, Any], field: str = "task_kwargs"
) -> dict[str, Any]:
    """The arguments as they are to be stored: judged by the task's schema, its secrets sealed.

    field  what the arguments are called where they were given

    Raises NotFound for a task that nobody knows, Invalid, naming the argument, for one that does not fit.
    """
    info = require_task(conn, task, "task_name")
    schema = info.get("schema") or {}
    if schema.get("additionalProperties") is False:
        _check_names(info, schema, kwargs, field)
    _check_values(info, schema, kwargs, field)
    return vault.seal(schema, kwargs)


def _check_names(info: dict[str, Any], schema: dict[str, Any], kwargs: dict[str, Any], field: str) -> None:
    known = schema.get("properties", {})
    for name in kwargs:
        if name not in known:
            error = unknown("argument", name, known)
            raise Invalid(f'task "{info["name"]}" has no argument "{name}"', fix=error.fix, field=field)


def _check_values(info: dict[str, Any], schema: dict[str, Any], kwargs: dict[str, Any], field: str) -> None:
    if not schema or (not kwargs and not schema.get("required")):
        return
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    secret = {name for name, said in schema.get("properties", {}).items() if said.get("writeOnly")}
    for found in Draft202012Validator(schema).iter_errors(kwargs):
        # Of a value that may also be null: what is wrong with it as a number.
        error = best_match([found]) or found
        path = [str(part) for part in error.absolute_path]
        if path and path[0] in secret and isinstance(kwargs[path[0]], str):
            continue  # Sealed or a reference: what it stands for is judged where the body runs.
        where, problem = ".".join(path), "it does not fit" if path and path[0] in secret else error.message
        named = f'argument "{where}" of task "{info["name"]}"' if where else f'task "{info["name"]}"'
        raise Invalid(f"{named}: {problem}", fix="see `rota tasks show`", field=field)
