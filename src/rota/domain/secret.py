"""Secrets in arguments: how a stored one looks, and what is shown instead of it."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

MASK = "********"
SEALED = "sealed:"
"""What a value that is stored encrypted begins with."""

REFERENCE = "env:"
"""What a value that is read from the environment where the body runs begins with; it may be shown."""

SHORTEST = 4
"""A shorter secret is masked where it stands, but not looked for in texts: it would be found everywhere."""


def is_sealed(value: object) -> bool:
    """Whether it is a secret as it is stored."""
    return isinstance(value, str) and value.startswith(SEALED)


def masked(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The arguments as anybody may see them."""
    return {name: MASK if is_sealed(value) else value for name, value in kwargs.items()}


def masked_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields of a job as anybody may see them."""
    return fields | {"task_kwargs": masked(fields["task_kwargs"])} if fields.get("task_kwargs") else fields


def forms(secret: Any) -> Iterator[str]:
    """The texts by which a secret is known again where it is told: whole, line by line, and as JSON writes them.

    Of a secret that holds others, those of every text in it.
    """
    if isinstance(secret, dict | list):
        for one in secret.values() if isinstance(secret, dict) else secret:
            if isinstance(one, str | dict | list):
                yield from forms(one)
    elif secret is not None and not isinstance(secret, bool):
        text = str(secret)
        for part in (text, *map(str.strip, text.splitlines())):
            yield part
            yield json.dumps(part)[1:-1]
            yield json.dumps(part, ensure_ascii=False)[1:-1]


def without(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret value in it masked, the longest first."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST:
            text = text.replace(secret, MASK)
    return text


def concealed(value: Any, secrets: Sequence[str]) -> Any:
    """The value, of JSON's types, with every secret in its texts masked, and every number that is one."""
    if isinstance(value, str):
        return without(value, secrets)
    if isinstance(value, dict):
        return {without(name, secrets): concealed(one, secrets) for name, one in value.items()}
    if isinstance(value, list):
        return [concealed(one, secrets) for one in value]
    return MASK if len(str(value)) >= SHORTEST and str(value) in secrets else value
