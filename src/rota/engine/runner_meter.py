"""What one body used: peak memory and CPU; and the guard that keeps it below its memory limit."""

import os
import resource
import sys
import time

_LINUX = sys.platform.startswith("linux")
_MB = 2**20
_LEAST_MB = 16
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Meter:
    """Measures one body at a time, of this process and the children that it waited for."""

    def __init__(self) -> None:
        self._reset = _open("/proc/self/clear_refs", os.O_WRONLY)
        self._statm = _open("/proc/self/statm", os.O_RDONLY)
        self._cpu = 0.0
        self._children = resource.getrusage(resource.RUSAGE_CHILDREN)
        self._unguarded: tuple[int, int] | None = None

    def used(self) -> float:
        """CPU seconds that the runner used in all so far, with its children."""
        return time.process_time() + self._children.ru_utime + self._children.ru_stime

    def begin(self, used: float) -> None:
        """Count from here, where so much was `used`."""
        self._cpu = used
        if self._reset is not None:
            try:
                # 5 sets the peak of this process to what it has now (proc(5), Linux 4.0); getrusage shows it.
                os.write(self._reset, b"5")
            except OSError:
                self._reset = None

    def end(self) -> tuple[float | None, float]:
        """Peak resident memory in MB (None where the system cannot tell), and CPU seconds, since `begin`."""
        before, self._children = self._children, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = round(self.used() - self._cpu, 6)
        if self._reset is None:
            return None, cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if self._children.ru_maxrss > before.ru_maxrss:
            # The most that any child ever had: known to be this body's only when it has grown.
            peak = max(peak, self._children.ru_maxrss)
        return round(peak / 1024, 1), cpu

    def guard(self, limit: int) -> None:
        """Let Python raise MemoryError at the line that would take the process over `limit` MB.

        The system counts what the process may write to, not what it has touched: stacks of threads too.
        """
        if self._statm is None or not _LINUX:
            return
        _, resident, _, _, _, data, _ = map(int, os.pread(self._statm, 256, 0).split())
        soft, hard = self._unguarded = resource.getrlimit(resource.RLIMIT_DATA)
        room = max(limit * _MB - resident * _PAGE, _LEAST_MB * _MB)
        wanted = data * _PAGE + room
        bounds = [bound for bound in (wanted, soft, hard) if bound != resource.RLIM_INFINITY]
        resource.setrlimit(resource.RLIMIT_DATA, (min(bounds), hard))

    def unguard(self) -> None:
        """Take the guard away, if there is one."""
        if self._unguarded is not None:
            resource.setrlimit(resource.RLIMIT_DATA, self._unguarded)
            self._unguarded = None


def _open(path: str, flags: int) -> int | None:
    try:
        return os.open(path, flags | os.O_CLOEXEC)
    except OSError:
        return None
