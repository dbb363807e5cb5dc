"""The server below `cli/web.py`, made so that it costs nothing while nobody asks."""

import asyncio
import contextlib

import uvicorn

TICK = 1.0
"""Seconds between two looks at the clock, for the Date that answers bear."""


class Server(uvicorn.Server):
    """uvicorn's own, which would wake ten times a second to see whether it is to end; this one is told."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending = asyncio.Event()

    async def main_loop(self) -> None:
        """Go on until told to end."""
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self._ending.wait()

    def end(self) -> None:
        """Finish what is being answered, and end. From any thread."""
        self.should_exit = True
        if self._loop is not None:
            # A loop that is closed has ended already.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._ending.set)
