"""What all verbs in Python have in common: who asks, and errors that name the field."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager

from rota.domain.actor import Actor
from rota.domain.errors import Invalid

By = str | Actor | None
"""Who asks: a name, somebody that the host application knows, or None for the user of this machine."""

FACE = "python"


def actor(by: By) -> Actor:
    """Who asks, as the audit log names him; he acts with the authority of this process."""
    if isinstance(by, Actor):
        return by
    return Actor(by or _user(), FACE)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}"


@contextmanager
def told() -> Iterator[None]:
    """Turn what the models refuse into Invalid, with the field."""
    from pydantic import ValidationError

    try:
        yield
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(map(str, first["loc"]))
        if first["type"] == "extra_forbidden":
            raise Invalid(f'a job has no field "{field}"', field=field) from error
        raise Invalid(f"{field} is {first['input']!r}: {first['msg']}", field=field) from error
