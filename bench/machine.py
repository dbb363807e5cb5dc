"""What a figure was measured on, and how busy that was."""

import os
import platform
from pathlib import Path

import psutil

from rota.store.database import sqlite_module


def facts() -> dict[str, str]:
    """The machine, in words that name nobody."""
    return {
        "processor": f"{os.cpu_count()} of {_processor()}",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GB",
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": platform.python_version(),
        "sqlite": str(sqlite_module().sqlite_version),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def load() -> float:
    """How many processes want a processor, over the last minute: above their number the machine is overloaded."""
    return round(os.getloadavg()[0], 1)
