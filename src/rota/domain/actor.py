"""Who asks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who changes something.

    name  a user, "system" or "rota" for what happens by itself
    face  the way it came: cli, api, web, python, engine
    """

    name: str
    face: str


SYSTEM = Actor("system", "engine")
ROTA = Actor("rota", "engine")
