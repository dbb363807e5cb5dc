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
        self._task: asyncio.Task[Any] | None = None
        self._stop_at_once = False

    def run(self, body: Awaitable[Any]) -> Any:
        """What the body returns or raises. A stop cancels its task."""
        # Set before there is a task: an event loop would swallow what is raised in the middle of it.
        self._task, self._stop_at_once, self._signals.cancel = None, False, self._cancel
        try:
            return self._run(body)
        finally:
            self._signals.cancel = None

    def _run(self, body: Awaitable[Any]) -> Any:
        runner = self._runner = self._runner or asyncio.Runner()
        try:
            value = runner.run(self._attended(body))
            _cancel_rest(runner)
        except (Exception, asyncio.CancelledError):
            _cancel_rest(runner)
            raise
        except BaseException:
            # SystemExit and its like break out of the loop in the middle of a step: it is not used again.
            self._runner = None
            raise
        return value

    async def _attended(self, body: Awaitable[Any]) -> Any:
        self._task = asyncio.current_task()
        if self._stop_at_once and self._task is not None:
            self._task.cancel()
        return await body

    def _cancel(self) -> None:
        if self._task is None:
            self._stop_at_once = True
        else:
            self._task.get_loop().call_soon_threadsafe(self._task.cancel)


def _cancel_rest(runner: asyncio.Runner) -> None:
    if rest := asyncio.all_tasks(runner.get_loop()):
        runner.run(_cancelled(rest))


async def _cancelled(tasks: set[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=_GRACE)
