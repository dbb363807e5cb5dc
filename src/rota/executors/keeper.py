"""The keeper: starts one runner, watches its agent, and leaves nothing of the runner alive. Standard library only.

It is a process of its own, between agent and runner, so that no interpreter lock, no dead agent and no frozen agent
can keep a job alive. The agent execs it as `python -m rota.executors.keeper JSON`; it forks before it has a thread.

Orders come as lines on a pipe: `.` the agent is alive, `s ID` stop that execution, `r` give back what has not
begun, `k` kill. The pipe's end, or silence, kills too. Reports go out as JSON lines: first {"pid": …}, and last
{"exit": … | null, "signal": … | null, "why": … | null, "cpu": seconds, "rss": KiB, "left": [pids]}.
"""

import contextlib
import importlib
import json
import os
import resource
import select
import signal
import sys
import time
import traceback
from dataclasses import dataclass
from typing import Any, NoReturn

from rota.executors.page import NUDGE, Page
from rota.executors.tree import become_subreaper, descendants, die_with_parent, kill

_FIRST_NUDGE = 0.05


@dataclass(frozen=True)
class Charge:
    """What the agent tells its keeper. Descriptors are inherited; times are seconds.

    control, output  are the runner's; orders and status the keeper's own
    entry    "module:function" that is the runner; called with control, output and the page
    silence  without a word from the agent after which the runner is killed
    patience how long to go on killing what does not die
    """

    control: int
    output: int
    orders: int
    status: int
    entry: str
    silence: float
    patience: float


def main() -> int:
    """Be the keeper of one runner, until nothing of it is alive."""
    charge = Charge(**json.loads(sys.argv[1]))
    has_subreaper = become_subreaper()
    # What comes before the runner is ready for signals must not end it.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    page, keeper = Page(), os.getpid()
    runner = os.fork()
    if runner == 0:
        _be_runner(charge, page, keeper)
    os.close(charge.control)
    os.close(charge.output)
    Keeper(charge, page, runner, has_subreaper=has_subreaper).keep()
    return 0


def _be_runner(charge: Charge, page: Page, keeper: int) -> NoReturn:
    code = 70
    try:
        os.setsid()
        become_subreaper()
        if die_with_parent() and os.getppid() != keeper:
            os._exit(code)
        for inherited in (charge.orders, charge.status):
            os.close(inherited)
        for own in (charge.control, charge.output):
            os.set_inheritable(own, False)
        for standard in (1, 2):
            os.dup2(charge.output, standard)
        module, _, function = charge.entry.partition(":")
        getattr(importlib.import_module(module), function)(charge.control, charge.output, page)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        os._exit(code)


class Keeper:
    """Watches one runner and one agent."""

    def __init__(self, charge: Charge, page: Page, runner: int, *, has_subreaper: bool) -> None:
        self._charge = charge
        self._page = page
        self._runner = runner
        self._has_subreaper = has_subreaper
        self._buried = False
        self._unread = b""
        self._nudge_at = self._nudge_after = 0.0
        self._status = 0
        self._cpu = 0.0
        self._rss = 0
        self._wakes, wake = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(self._wakes, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        self._terminated = False

    def keep(self) -> None:
        """Watch until the runner is dead or must die, end what is left of it, and report."""
        self._report({"pid": self._runner})
        why = self._watch()
        left = self._end_all()
        code = os.waitstatus_to_exitcode(self._status)
        how = {"exit": code if code >= 0 else None, "signal": -code if code < 0 else None}
        self._report({**how, "why": why, "cpu": self._cpu, "rss": self._rss, "left": left})

    def _on_signal(self, number: int, frame: object) -> None:
        self._terminated = self._terminated or number == signal.SIGTERM

    def _watch(self) -> str | None:
        poller = select.poll()
        poller.register(self._wakes, select.POLLIN)
        poller.register(self._charge.orders, select.POLLIN)
        heard = time.monotonic()
        while True:
            quiet = time.monotonic() - heard
            wait = min(self._charge.silence - quiet, self._until_nudge())
            ready = dict(poller.poll(max(0, wait * 1000 + 1)))
            if self._charge.orders in ready:
                heard = time.monotonic()
                if (why := self._obey()) is not None:
                    return why
            elif (quiet := time.monotonic() - heard) > self._charge.silence:
                return f"the agent was silent for {quiet:.0f} s"
            if self._wakes in ready:
                self._forget_wakes()
            if self._is_dead():
                return None
            if self._terminated:
                return "the keeper was told to end"
            self._nudge()

    def _until_nudge(self) -> float:
        if self._page.heard == self._page.asked:
            return self._charge.silence
        return self._nudge_at - time.monotonic()

    def _nudge(self) -> None:
        """Wake a runner whom a signal met just before it began to wait: it would obey when it has done waiting."""
        if self._until_nudge() <= 0:
            os.kill(self._runner, NUDGE)
            self._await_obedience(2 * self._nudge_after)

    def _await_obedience(self, seconds: float) -> None:
        self._nudge_after = seconds
        self._nudge_at = time.monotonic() + seconds

    def _forget_wakes(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wakes, 4096)

    def _is_dead(self) -> bool:
        pid, status, usage = os.wait4(self._runner, os.WNOHANG)
        if pid:
            self._bury(status, usage)
        return bool(pid)

    def _obey(self) -> str | None:
        """Carry out what the agent ordered. Returns why the runner must die, or None."""
        data = os.read(self._charge.orders, 65_536)
        if not data:
            return "the agent is gone"
        *orders, self._unread = (self._unread + data).split(b"\n")
        for order in orders:
            if order == b"k":
                return "killed"
            with contextlib.suppress(ProcessLookupError):
                self._signal(order)
        return None

    def _signal(self, order: bytes) -> None:
        if order == b".":
            return
        wanted = int(order[2:]) if order.startswith(b"s ") else 0
        if wanted and self._page.current == wanted:
            self._page.stop = wanted
            os.killpg(self._runner, signal.SIGTERM)
        else:
            os.kill(self._runner, signal.SIGUSR1)
        # Counted only now: who still obeys an earlier signal must not take this one for heard.
        self._page.asked += 1
        self._await_obedience(_FIRST_NUDGE)

    def _end_all(self) -> list[int]:
        """Kill until nothing is left. Returns what could not be killed within the patience."""
        deadline, pause = time.monotonic() + self._charge.patience, 0.001
        if not self._has_subreaper or not self._buried:
            # What has lost its parent where there is no subreaper is still found by its group.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._runner, signal.SIGKILL)
        while True:
            below = descendants(os.getpid())
            kill(below)
            if self._reap_all():
                return []
            if time.monotonic() > deadline:
                return below
            time.sleep(pause)
            pause = min(pause * 2, 0.05)

    def _reap_all(self) -> bool:
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if pid == 0:
                return False
            if pid == self._runner:
                self._bury(status, usage)

    def _bury(self, status: int, usage: resource.struct_rusage) -> None:
        """Note how the runner died. From here on its process id may be somebody else's."""
        self._buried = True
        self._status = status
        self._cpu = usage.ru_utime + usage.ru_stime
        self._rss = usage.ru_maxrss if sys.platform != "darwin" else usage.ru_maxrss // 1024

    def _report(self, what: dict[str, Any]) -> None:
        # An agent that is gone hears nothing; there is nobody else to tell.
        with contextlib.suppress(BrokenPipeError):
            os.write(self._charge.status, json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main())
