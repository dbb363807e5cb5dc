"""How a runner died, in words."""

import signal
from typing import Any, NamedTuple

from pydantic_core import from_json


class Verdict(NamedTuple):
    """The last report of a keeper.

    exit, signal  of the runner, one of them
    why           why the keeper killed it; None when it died by itself
    cpu           seconds that the runner used in all
    rss           KiB, the most that it had since its last body began (where the system can tell)
    left          what could not be killed
    """

    exit: int | None = None
    signal: int | None = None
    why: str | None = None
    cpu: float | None = None
    rss: int | None = None
    left: list[int] = []  # noqa: RUF012 never changed

    def text(self, *, asked: str | None, in_body: bool) -> str:
        """In words. `asked`: why the agent wanted it killed."""
        words = self._cause(asked, in_body)
        if self.left:
            words += f"; could not be killed: pid {', '.join(map(str, self.left))}"
        return words

    def _cause(self, asked: str | None, in_body: bool) -> str:
        if self.why == "killed":
            return f"killed: {asked}" if asked else "killed"
        if self.why is not None:
            return f"killed: {self.why}"
        if self.signal is not None:
            return f"killed by {signal_name(self.signal)}"
        if self.exit is None:
            return "killed together with its keeper"
        who = "the body ended its process" if in_body else "the runner ended"
        return f"{who} with exit code {self.exit}"


def verdict_of(line: bytes) -> Verdict:
    """The verdict in a keeper's last line."""
    said: dict[str, Any] = from_json(line)
    return Verdict(**said)


def signal_name(number: int) -> str:
    """ "signal 11 (SIGSEGV)", and for the one that the system uses when memory is short, a hint."""
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    hint = ": by somebody, or by the system because memory ran out" if number == signal.SIGKILL else ""
    return f"signal {number} ({name}){hint}"
