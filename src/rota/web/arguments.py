"""Arguments as a form: drawn from a task's JSON Schema, and read back from what was typed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rota.domain.errors import Invalid
from rota.domain.secret import is_sealed

PREFIX = "arg."
MORE = "args.more"
"""The field for arguments that the schema does not name, as one JSON object."""

NUMBERS = {"integer": "1", "number": "any"}


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a task.

    kind      text, number, flag, choice, json or secret
    text      as it stands in its field; "" is what is not given
    fallback  what the task takes when it is not given, as text
    """

    name: str
    kind: str
    text: str
    help: str
    required: bool
    fallback: str
    options: tuple[str, ...] = ()
    step: str = "any"
    is_kept: bool = False

    @property
    def field(self) -> str:
        """Its name in the form."""
        return PREFIX + self.name


def described(
    schema: Mapping[str, Any], values: Mapping[str, Any], typed: Mapping[str, str]
) -> list[Argument]:
    """The arguments of a task. values: those that are set; typed: what a form brought, which goes before"""
    required = schema.get("required", ())
    return [
        _argument(name, said, name in required, values, typed)
        for name, said in schema.get("properties", {}).items()
    ]


def more(schema: Mapping[str, Any], values: Mapping[str, Any], typed: Mapping[str, str]) -> str | None:
    """The other arguments as JSON; None where the task takes none."""
    if schema.get("additionalProperties") is False:
        return None
    if MORE in typed:
        return typed[MORE]
    rest = {name: one for name, one in values.items() if name not in schema.get("properties", {})}
    return json.dumps(rest, indent=2) if rest else ""


def _argument(
    name: str, said: Mapping[str, Any], required: bool, values: Mapping[str, Any], typed: Mapping[str, str]
) -> Argument:
    value = values.get(name)
    kind, options = _kind(said)
    known = name in values and value is not None
    text = "" if not known or is_sealed(value) else _text(value)
    default = said.get("default")
    return Argument(
        name=name, kind=kind, text=typed.get(PREFIX + name, text), help=str(said.get("description", "")),
        required=required and not is_sealed(value), fallback="" if default is None else _text(default),
        options=options, step=NUMBERS.get(str(_type(said)), "any"), is_kept=is_sealed(value),
    )  # fmt: skip


def _type(said: Mapping[str, Any]) -> Any:
    """Its one type, None aside; None where there are several."""
    kinds = [one.get("type") for one in said.get("anyOf", (said,))]
    named = [kind for kind in kinds if kind != "null"]
    return named[0] if len(named) == 1 and isinstance(named[0], str) else None


def _kind(said: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    if said.get("writeOnly"):
        return "secret", ()
    if "enum" in said and all(isinstance(one, str) for one in said["enum"]):
        return "choice", tuple(said["enum"])
    kinds = {"boolean": "flag", "integer": "number", "number": "number", "string": "text"}
    return kinds.get(str(_type(said)), "json"), ()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def given(
    schema: Mapping[str, Any], typed: Mapping[str, str], kept: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The arguments that a form brought. kept: those of before, whose secrets stay when their field is empty

    Raises Invalid for what is not JSON where it must be; whether the values fit is judged by the services.
    """
    found: dict[str, Any] = {}
    for name, said in schema.get("properties", {}).items():
        text = typed.get(PREFIX + name, "")
        if text.strip():
            found[name] = _value(name, said, text)
        elif kept is not None and is_sealed(kept.get(name)):
            found[name] = kept[name]
    rest = typed.get(MORE, "").strip()
    if rest:
        found |= _object(rest)
    return found


def _value(name: str, said: Mapping[str, Any], text: str) -> Any:
    kind, _ = _kind(said)
    if kind in ("text", "choice"):
        return text.replace("\r\n", "\n")
    if kind == "secret" and _type(said) in ("string", None):
        return text
    return _parsed(name, text.strip())


def _object(text: str) -> dict[str, Any]:
    value = _parsed("more", text)
    if not isinstance(value, dict):
        raise Invalid("more arguments are one JSON object", fix='as in {"name": "value"}', field=MORE)
    return value


def _parsed(name: str, text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except ValueError as error:
        fix = 'text stands in quotes, as in "text"; lists and objects as in [1, 2] and {"a": 1}'
        field = MORE if name == "more" else PREFIX + name
        raise Invalid(f'argument "{name}" is not JSON: {error}', fix=fix, field=field) from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")
