"""Secrets in arguments: how a stored one looks, and what is shown instead of it."""

from collections.abc import Iterable
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


def without(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret value in it masked, the longest first."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST:
            text = text.replace(secret, MASK)
    return text
