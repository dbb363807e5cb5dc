"""Bodies that wait, each in a way of its own."""

import asyncio
import os
import signal
import time
from pathlib import Path

from rota import task


@task("sleep")
def sleep(path: str = "", seconds: float = 600) -> str:
    """Sleeps, and tidies up when it is stopped."""
    try:
        time.sleep(seconds)
    finally:
        if path:
            Path(path).write_text("tidied up")
    return "slept"


@task("sleep_async")
async def sleep_async(path: str) -> None:
    """The same on an event loop."""
    try:
        await asyncio.sleep(600)
    finally:
        Path(path).write_text("tidied up")


@task("sleep_async_shortly")
async def sleep_async_shortly() -> None:
    """Uses the event loop."""
    await asyncio.sleep(0.001)


@task("stuck_in_a_shell")
def stuck_in_a_shell() -> None:
    """Waits outside of Python, where no handler runs, for a child that SIGTERM ends."""
    os.system("exec sleep 600")


@task("wait_uninterrupted")
def wait_uninterrupted() -> None:
    """Waits in a system call that neither a stop nor a recall interrupts, as if they had come just before it."""
    signals = (signal.SIGTERM, signal.SIGUSR1)
    for number in signals:
        signal.siginterrupt(number, False)
    try:
        os.read(os.pipe()[0], 1)
    finally:
        for number in signals:
            signal.siginterrupt(number, True)
