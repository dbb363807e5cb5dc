"""Jobs that run on time, once, and leave a record.

What the author of a job needs is here; each name is loaded when it is first used, so that importing `rota`
costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rota.domain.errors import RotaError
    from rota.domain.schedule import Schedule
    from rota.sdk import DoNotRetry, JobContext, JobResult, Retry, Secret, Stopped, job, task

__all__ = [
    "DoNotRetry",
    "JobContext",
    "JobResult",
    "Retry",
    "RotaError",
    "Schedule",
    "Secret",
    "Stopped",
    "job",
    "task",
]


if not TYPE_CHECKING:
    # Hidden from type checkers, which would take any misspelt name for a good one.

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module 'rota' has no attribute {name!r}")
        rooms = {"RotaError": "rota.domain.errors", "Schedule": "rota.domain.schedule"}
        found = getattr(import_module(rooms.get(name, "rota.sdk")), name)
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
