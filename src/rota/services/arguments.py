"""Whether arguments fit a task, judged by the JSON Schema that the nodes published: no code of the task is needed."""

from typing import Any

from sqlalchemy import Connection

from rota.domain.errors import Invalid, unknown
from rota.services.vault import Vault
from rota.store import definitions


def require_task(conn: Connection, name: str) -> dict[str, Any]:
    """What is known of the task. Raises NotFound, naming those that are known."""
    info = definitions.task(conn, name)
    if info is None:
        raise unknown("task", name, definitions.task_names(conn))
    return info


def accept(conn: Connection, vault: Vault, task: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments as they are to be stored: judged by the task's schema, its secrets sealed.

    Raises NotFound for a task that nobody knows, Invalid, naming the argument, for one that does not fit.
    """
    info = require_task(conn, task)
    schema = info.get("schema") or {}
    if schema.get("additionalProperties") is False:
        _check_names(info, schema, kwargs)
    _check_values(info, schema, kwargs)
    return vault.seal(schema, kwargs)


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
        raise Invalid(f"{named}: {problem}", fix="see `rota tasks show`", field="task_kwargs")
