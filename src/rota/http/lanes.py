"""The threads that requests run on: some to read, few to write, so that nobody who reads stands behind a queue of
writers.
"""

from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.requests import HTTPConnection

from rota.http.origin import SAFE

READERS = 8
"""More would only wait for one another: the interpreter does one thing at a time."""

WRITERS = 4
"""On SQLite one of them writes, the others are about to; on PostgreSQL they wait for its disk side by side."""

P = ParamSpec("P")
T = TypeVar("T")
_lane: ContextVar[CapacityLimiter | None] = ContextVar("rota_lane", default=None)


class Lanes:
    """The two lanes of one application."""

    def __init__(self) -> None:
        self._readers, self._writers = CapacityLimiter(READERS), CapacityLimiter(WRITERS)

    def choose(self, request: HTTPConnection) -> None:
        """Let what `in_lane` runs for this request run on the lane that its method tells."""
        _lane.set(self._readers if request.scope["method"] in SAFE else self._writers)


async def in_lane(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function on a thread of the lane of this request."""
    return await to_thread.run_sync(partial(function, *args, **kwargs), limiter=_lane.get())


def laned(endpoint: Callable[..., T]) -> Callable[..., Coroutine[Any, Any, T]]:
    """An endpoint that runs in the lane of its request."""

    @wraps(endpoint)
    async def run(**given: Any) -> T:
        return await in_lane(endpoint, **given)

    return run
