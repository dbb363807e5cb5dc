"""Processes and their descendants. Standard library only: the keeper has nothing else.

On Linux a process can be the subreaper of all that is born below it: whatever a body starts, in whatever session,
comes back to it when its parent dies, and `wait` says exactly when nothing is left. Elsewhere there is only the
table of processes, and what has left both its parent and its group is out of reach.
"""

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Iterable

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def become_subreaper() -> bool:
    """Adopt orphans that are born below this process. Returns whether the system can do that."""
    return _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> bool:
    """Be killed when the parent of this process dies. Returns whether the system can do that."""
    return _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _prctl(option: int, value: int) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    return bool(ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), 0, 0, 0) == 0)


def containment() -> str:
    """How surely everything that a body started can be found and ended here, in a sentence."""
    if sys.platform.startswith("linux"):
        return "complete: whatever a job starts is ended with it, even in a session of its own (subreaper)"
    return (
        "partial: this system has no subreaper, so a process that a job moved into a session of its own "
        "and then orphaned is not found"
    )


def descendants(root: int) -> list[int]:
    """The ids of all processes below `root`, parents before children. `root` itself is not among them."""
    children: dict[int, list[int]] = {}
    for pid, parent in _parents():
        children.setdefault(parent, []).append(pid)
    found: list[int] = []
    generation = children.get(root, [])
    while generation:
        found += generation
        generation = [child for pid in generation for child in children.get(pid, [])]
    return found


def kill(pids: Iterable[int]) -> None:
    """SIGKILL to each; one that is gone or belongs to somebody else is passed over."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def memory_of(pids: Iterable[int]) -> float:
    """Resident memory of these processes together, in MB; one that is gone counts nothing."""
    if not sys.platform.startswith("linux"):
        listed = ",".join(map(str, pids))
        return sum(int(size) for size in _ps("-o", "rss=", "-p", listed).split()) / 1024
    pages = 0
    for pid in pids:
        with contextlib.suppress(OSError), open(f"/proc/{pid}/statm", "rb") as statm:
            pages += int(statm.read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _parents() -> list[tuple[int, int]]:
    if not sys.platform.startswith("linux"):
        rows = (line.split() for line in _ps("-axo", "pid=,ppid=").splitlines())
        return [(int(pid), int(parent)) for pid, parent in rows]
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{entry}/stat", "rb") as stat:
                # The command's name stands in parentheses and may hold anything; state and parent follow it.
                found.append((int(entry), int(stat.read().rpartition(b")")[2].split()[1])))
    return found


def _ps(*arguments: str) -> str:
    # Only where there is no /proc: the keeper starts with each runner, and this import would double its time.
    import subprocess

    return subprocess.run(["ps", *arguments], capture_output=True, text=True, check=False).stdout
