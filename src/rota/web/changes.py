"""What differs between two definitions of a job, line by line."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple


class Change(NamedTuple):
    """One field that differs; None where a side does not have it."""

    field: str
    before: str | None
    after: str | None


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The fields that differ, in the order of `after`; nothing where there is no `before` to compare with."""
    if not before:
        return []
    names = [*after, *(name for name in before if name not in after)]
    return [
        Change(name, _text(before, name), _text(after, name))
        for name in names
        if before.get(name) != after.get(name)
    ]


def _text(values: Mapping[str, Any], name: str) -> str | None:
    if name not in values:
        return None
    value = values[name]
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
