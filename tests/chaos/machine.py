"""What the processes of one machine are told while they run: how far its clock is off, and where one of them dies."""

import mmap
import os
import struct
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

FILE = "CHAOS_MACHINE"
"""In the environment: the file that all processes of a machine share."""

_OFFSET, _POINT = struct.Struct("d"), struct.Struct("64s")


class Machine:
    """One machine, as its processes see it and as the monkey does."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(bytes(mmap.PAGESIZE))
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), mmap.PAGESIZE)

    @property
    def offset(self) -> float:
        """Seconds by which its wall clock is ahead."""
        return float(_OFFSET.unpack_from(self._memory)[0])

    @offset.setter
    def offset(self, seconds: float) -> None:
        _OFFSET.pack_into(self._memory, 0, seconds)

    @property
    def point(self) -> str:
        """The failpoint that is armed, as `name=action`: the first process to reach it takes it."""
        return str(_POINT.unpack_from(self._memory, _OFFSET.size)[0].rstrip(b"\0").decode())

    @point.setter
    def point(self, text: str) -> None:
        _POINT.pack_into(self._memory, _OFFSET.size, text.encode())

    def ask(self, name: str) -> str:
        """What happens to a process that reaches the failpoint of that name."""
        armed, _, action = self.point.partition("=")
        if armed != name:
            return ""
        self.point = ""
        return action

    def time(self) -> float:
        """Seconds since the epoch by its clock."""
        return time.time() + self.offset

    def now(self) -> datetime:
        """The present instant by its clock."""
        return datetime.now(UTC) + timedelta(seconds=self.offset)


def here() -> Machine:
    """The machine that this process runs on."""
    return Machine(Path(os.environ[FILE]))


def settle() -> None:
    """Let this process, and the runners below it, live by the clock of its machine."""
    from rota.app import SystemClock
    from rota.engine import failpoint
    from rota.executors.local import LocalRunner

    machine = here()
    failpoint.ask = machine.ask
    SystemClock.now = lambda _: machine.now()  # type: ignore[method-assign, assignment]
    entry = f"{__name__}:runner"
    LocalRunner.spawn = staticmethod(partial(LocalRunner.spawn, entry=entry))  # type: ignore[method-assign]


def runner(control_fd: int, output_fd: int, page: Any) -> None:
    """A runner, called by its keeper."""
    from rota.engine.runner_loop import runner_main

    runner_main(control_fd, output_fd, page, clock=here().time)
