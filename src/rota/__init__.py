"""Jobs that run on time, once, and leave a record.

What the author of a job, or of a program around rota, needs is here; each name is loaded when it is first
used, so that importing `rota` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rota.asgi import mount
    from rota.domain.actor import Actor
    from rota.domain.errors import RotaError
    from rota.domain.permission import Role
    from rota.domain.schedule import Schedule
    from rota.embedding.life import Rota
    from rota.sdk import DoNotRetry, JobContext, JobResult, Retry, Secret, Stopped, job, task
    from rota.settings import Settings

__all__ = [
    "Actor",
    "DoNotRetry",
    "JobContext",
    "JobResult",
    "Retry",
    "Role",
    "Rota",
    "RotaError",
    "Schedule",
    "Secret",
    "Settings",
    "Stopped",
    "job",
    "mount",
    "task",
]


if not TYPE_CHECKING:
    # Hidden from type checkers, which would take any misspelt name for a good one.

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module 'rota' has no attribute {name!r}")
        rooms = {
            "Actor": "rota.domain.actor",
            "Role": "rota.domain.permission",
            "Rota": "rota.embedding.life",
            "RotaError": "rota.domain.errors",
            "Schedule": "rota.domain.schedule",
            "Settings": "rota.settings",
            "mount": "rota.asgi",
        }
        found = getattr(import_module(rooms.get(name, "rota.sdk")), name)
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
