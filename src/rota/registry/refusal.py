"""Why arguments were refused, in words that name the argument, the problem and the fix."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rota.domain.errors import Invalid, unknown


def refusal(
    task: str, errors: Sequence[Mapping[str, Any]], given: Mapping[str, Any], schema: Mapping[str, Any]
) -> Invalid:
    """The error for the first of `errors` (as pydantic tells them), with a count of the others."""
    # A misspelt name is also a missing one; the misspelling is the news.
    error = min(errors, key=lambda found: found["type"] != "extra_forbidden")
    path = [str(part) for part in error["loc"]]
    name, said = path[0], schema["properties"].get(path[0], {})
    others = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    field = f"task_kwargs.{'.'.join(path)}"
    if error["type"] == "extra_forbidden" and len(path) == 1:
        absent = unknown("argument", name, schema["properties"])
        return Invalid(f'task "{task}" has {absent.message}{others}', fix=absent.fix, field=field)
    fix = f"it takes {_expected(said, schema)}"
    if error["type"] == "missing" and len(path) == 1:
        return Invalid(f'task "{task}" needs the argument "{name}"{others}', fix=fix, field=field)
    shown = "" if len(path) > 1 else f" is {_shown(given.get(name), said)}"
    problem = "it does not fit" if said.get("writeOnly") else _lower(error["msg"])
    message = f'argument "{".".join(path)}" of task "{task}"{shown}: {problem}{others}'
    return Invalid(message, fix=fix, field=field)


def _shown(value: Any, said: Mapping[str, Any]) -> str:
    if said.get("writeOnly"):
        return "***"
    text = json.dumps(value, default=repr, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _expected(said: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """A type in words: "integer, 30 unless given", "one of "a", "b"", "string (date-time) or null"."""
    if "$ref" in said:
        said = {**schema["$defs"][said["$ref"].rpartition("/")[2]], **said}
    if "enum" in said:
        words = "one of " + ", ".join(json.dumps(value) for value in said["enum"])
    elif "const" in said:
        words = json.dumps(said["const"])
    elif options := said.get("anyOf"):
        words = " or ".join(_expected(option, schema) for option in options)
    else:
        words = str(said.get("type", "any value"))
    words += f" ({said['format']})" if "format" in said else ""
    return words + (f", {json.dumps(said['default'])} unless given" if "default" in said else "")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
