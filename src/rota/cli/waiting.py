"""Waiting for an execution: what it prints, how far it is, how it ended. A database that is away is waited for."""

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from rota.cli.lines import LinePrinter
from rota.cli.screen import Screen
from rota.cli.show_executions import progress
from rota.cli.table import fit
from rota.cli.words import shown, span
from rota.domain.errors import Unavailable
from rota.domain.execution import Execution, Status

if TYPE_CHECKING:
    from rota.app import Rota
    from rota.client.remote import Remote

AWAY = 1.0
"""Seconds between looks while the database, or the server, is away."""

BAR = 20


class Waiting:
    """Waits for one execution.

    printer  prints its output as it comes, None: not at all
    look     seconds between looks
    usual    how long such an execution takes on average, in milliseconds, None when nobody knows
    between  called at every look with the execution as it stands
    """

    def __init__(
        self,
        rota: "Rota | Remote",
        screen: Screen,
        look: float,
        *,
        printer: LinePrinter | None = None,
        usual: float | None = None,
        between: Callable[[Execution], object] = lambda _: None,
    ) -> None:
        self.rota, self.screen, self.look = rota, screen, look
        self.printer, self.usual, self.between = printer, usual, between
        self._bar = sys.stderr.isatty() and printer is None and not screen.quiet
        self._drawn = self._away = False

    def until_ended(self, execution_id: int, seconds: float | None) -> Execution | None:
        """The execution once it has ended, None when that took longer than `seconds`."""
        deadline = None if seconds is None else time.monotonic() + seconds
        try:
            while True:
                found = self._look(execution_id)
                if found is not None and found.is_final:
                    self._print_lines(execution_id)
                    return found
                if deadline is not None and time.monotonic() >= deadline:
                    return None
                time.sleep(AWAY if found is None else self.look)
        finally:
            self._wipe()

    def _look(self, execution_id: int) -> Execution | None:
        try:
            found = self.rota.executions.get(execution_id)
            if not found.is_final:
                self._print_lines(execution_id)
                self.between(found)
        except Unavailable as problem:
            if problem.code != Unavailable.code:
                raise
            self._tell_away(problem)
            return None
        self._away = False
        self._draw(found)
        return found

    def _tell_away(self, problem: Unavailable) -> None:
        if not self._away:
            self._wipe()
            self.screen.note(f"{problem.message}; waiting for it to come back")
        self._away = True

    def _print_lines(self, execution_id: int) -> None:
        if self.printer is not None:
            self.printer.print_new(self.rota, execution_id)

    def _draw(self, one: Execution) -> None:
        if not self._bar or one.is_final:
            return
        width = self.screen.width or 80
        sys.stderr.write("\r" + fit(self._state(one), width - 1) + "\x1b[K")
        sys.stderr.flush()
        self._drawn = True

    def _state(self, one: Execution) -> str:
        if one.status is Status.QUEUED or one.started_at is None:
            return f"○ waiting to start ({one.queue})"
        elapsed = (self.rota.clock.now() - one.started_at).total_seconds()
        share, told = self._share(one, elapsed)
        filled = (
            "" if share is None else "[" + "█" * round(share * BAR) + "░" * (BAR - round(share * BAR)) + "] "
        )
        return f"▶ {filled}{span(int(elapsed))}{told}"

    def _share(self, one: Execution, elapsed: float) -> tuple[float | None, str]:
        """How much is done, 0 to 1, and the words for it; by what it tells, else by how long it usually takes."""
        if one.progress_done is not None and one.progress_total:
            share = min(1.0, max(0.0, one.progress_done / one.progress_total))
            left = (
                f", about {span(int(elapsed / share - elapsed))} left" if share > 0.02 and elapsed > 2 else ""
            )
            return share, f", {shown(progress(one))}{left}"
        if one.progress_done is not None or one.progress_message:
            return None, f", {shown(progress(one))}"
        if self.usual:
            return min(1.0, elapsed * 1000 / self.usual), f" of usually {span(self.usual / 1000)}"
        return None, ""

    def _wipe(self) -> None:
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._drawn = False
