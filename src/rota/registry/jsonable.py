"""A value as JSON says it, the same in every process."""

from collections.abc import Mapping
from typing import Any


def jsonable(value: Any) -> Any:
    """The value in dicts, lists, texts and numbers. Raises ValueError when JSON has no way to say it.

    Sets are sorted, since their order differs from process to process; infinite numbers are said as text.
    """
    from pydantic_core import from_json, to_json

    if isinstance(value, Mapping):
        return {str(key): jsonable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(inner) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted((jsonable(inner) for inner in value), key=repr)
    return from_json(to_json(value, inf_nan_mode="strings"))
