"""Which process it is: a pid is used again, a pid with its start is not."""

import os
import socket
from functools import cache
from pathlib import Path

import psutil


def started_at(pid: int) -> float | None:
    """When the process started, None when there is none or only its remains.

    Linux: hundredths of a second since the machine started, which no setting of the clock changes, as it does
    change what psutil tells. Elsewhere: seconds since the epoch, which the system noted once.
    """
    try:
        if psutil.LINUX:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            return None if fields[0] in "ZX" else float(fields[19])
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except (OSError, psutil.NoSuchProcess):
        return None


@cache
def machine() -> str:
    """Where a pid means the same process as here: this boot of this machine, and this container of it.

    Elsewhere than on Linux: the name of the machine.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        return socket.gethostname()


def is_here(pid: int, started: float) -> bool:
    """Whether the process of that pid that started then lives on this machine."""
    return started_at(pid) == started
