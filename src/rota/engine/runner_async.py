"""Async bodies: one event loop per runner, reused; what a body left on it is cancelled."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from rota.engine.runner_signals import Signals

_GRACE = 1.0


class AsyncBodies:
    """Runs awaitables to their end, one at a time."""

    def __init__(self, signals: Signals) -> None:
        self._signals = signals
        self._runner: asyncio.Runner | None = None

    def run(self, body: Awaitable[Any]) -> Any:
        """What the body returns or raises. A stop cancels its task."""
        runner = self._runner = self._runner or asyncio.Runner()
        try:
            value = runner.run(self._attended(body))
            self._cancel_rest(runner)
        except (Exception, asyncio.CancelledError):
            self._cancel_rest(runner)
            raise
        except BaseException:
            # SystemExit and its like break out of the loop in the middle of a step: it is not used again.
            self._runner = None
            raise
        return value

    async def _attended(self, body: Awaitable[Any]) -> Any:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        self._signals.cancel = lambda: _cancel_soon(loop, task)
        try:
            return await body
        finally:
            self._signals.cancel = None

    def _cancel_rest(self, runner: asyncio.Runner) -> None:
        if rest := asyncio.all_tasks(runner.get_loop()):
            runner.run(_cancelled(rest))


def _cancel_soon(loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any]) -> None:
    loop.call_soon_threadsafe(task.cancel)


async def _cancelled(tasks: set[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=_GRACE)
