"""The runners of a node: started, replaced, given work, and stopped when they take too long."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from rota.domain.attempt import Attempt
from rota.domain.clock import Clock
from rota.domain.consequence import SHUTDOWN
from rota.domain.errors import Invalid
from rota.domain.execution import Status
from rota.engine.dispatcher import Capacity
from rota.engine.hand import Hand
from rota.engine.outcome import status_of
from rota.engine.pace import LINE
from rota.executors.events import Died, Event, Hello, Recalled
from rota.executors.local import LocalRunner
from rota.services.vault import Vault

RESTART = (0.0, 1.0, 2.0, 5.0, 15.0, 30.0)
"""Seconds before a runner that died at once is started again, by how often that happened."""

LATELY = 10_000
"""So many executions that are over are remembered, lest one whose ending is not written yet is found and run again."""

log = structlog.get_logger("rota.agent")


@dataclass(frozen=True, slots=True)
class Terms:
    """How runners are started and how long they are given. Times are seconds.

    config      for the runner: modules, jobs, app, ready_made
    marker      of the node: its runners bear it in their environment
    environ     of the runners
    """

    config: Mapping[str, Any]
    marker: str
    environ: Mapping[str, str]
    size: int
    kill_after: float


class Crew:
    """The runners of one node. All methods are for the one thread that supervises them.

    weight  how many parts of a runner's line a task takes
    """

    def __init__(self, terms: Terms, clock: Clock, weight: Callable[[str], int], vault: Vault) -> None:
        self.terms, self.clock, self.weight, self.vault = terms, clock, weight, vault
        self._lines: dict[LocalRunner, Counter[str]] = {}
        self._places: dict[int, Counter[str]] = {}
        self._solitary: set[int] = set()
        self.secrets: dict[int, tuple[str, ...]] = {}
        self.refused: list[tuple[Attempt, Status, str]] = []
        self.runners: list[LocalRunner] = []
        self.hand = Hand(clock)
        self.attempts: dict[int, Attempt] = {}
        self._lately: OrderedDict[int, None] = OrderedDict()
        self.generation: str | None = None
        self.open, self.winding_up = True, False
        self._number = self._failures = 0
        self._start_at = 0.0
        self.stopped_at: dict[int, float] = {}

    def fill(self, size: int | None = None) -> None:
        """Start runners until there are as many as there should be."""
        wanted = self.terms.size if size is None else size
        while (self.open or self.hand) and len(self.runners) < wanted:
            if self.clock.monotonic() < self._start_at or not self._start():
                return

    def _start(self) -> bool:
        self._number += 1
        marker = f"{self.terms.marker}:{self._number}"
        try:
            runner = LocalRunner.spawn(self.terms.config, marker=marker, environ=self.terms.environ)
        except OSError as problem:
            self._back_off("a runner could not be started", str(problem))
            return False
        self.runners.append(runner)
        self._lines[runner] = Counter()
        return True

    def pump(self, now: datetime) -> Iterator[tuple[LocalRunner, Event]]:
        """What the runners tell. What comes back unbegun is in hand again, a dead runner is taken out."""
        for runner in list(self.runners):
            try:
                events = runner.pump(now)
            except Exception:
                log.exception("what a runner told could not be read; it is given up", pid=runner.pid)
                events = [self._given_up(runner)]
            for event in events:
                self._note(runner, event)
                yield runner, event

    def _given_up(self, runner: LocalRunner) -> Died:
        text, left = "what its runner told could not be read", runner.assigned
        if runner.current is not None and left and left[0] in self.attempts:
            self.refused.append((self.attempts[left[0]], Status.FAILED, text))
            left = left[1:]
        runner.abandon()
        return Died(text, None, None, None, None, left, [], planned=False, output="")

    def _note(self, runner: LocalRunner, event: Event) -> None:
        match event:
            case Hello():
                self._failures = 0
            case Recalled(ids):
                self._back_in_hand(ids)
            case Died():
                self._back_in_hand(event.not_begun)
                self.runners.remove(runner)
                del self._lines[runner]
                if not (runner.ready or event.planned):
                    self._back_off("a runner died before it was ready", f"{event.text}: {event.output}")

    def _back_in_hand(self, ids: Sequence[int]) -> None:
        """What a runner did not begin is ours again; when we are winding up, it is over."""
        for execution_id in ids:
            self._leave_line(execution_id)
        given_back = [self.attempts[id_] for id_ in ids if id_ in self.attempts]
        if self.winding_up:
            self.refused += [(one, *status_of(SHUTDOWN, one, "not begun")) for one in given_back]
        else:
            self.hand.give_back(given_back)

    def _back_off(self, what: str, why: str) -> None:
        self._failures += 1
        wait = RESTART[min(self._failures, len(RESTART) - 1)]
        self._start_at = self.clock.monotonic() + wait
        log.error(what, why=why, next_try_in=wait)

    def wind_up(self) -> None:
        """Stop what runs, and begin nothing more."""
        self.winding_up = True
        for execution_id in list(self.attempts):
            self.stop(execution_id, SHUTDOWN)

    def take(self, claimed: Sequence[Attempt]) -> None:
        """New work in hand. What we have already was found a second time, and is not run twice."""
        new = [attempt for attempt in claimed if attempt.execution_id not in self.attempts]
        self.attempts.update((attempt.execution_id, attempt) for attempt in new)
        self._solitary.update(attempt.execution_id for attempt in new if attempt.solitary)
        self.hand.take(new)

    def find(self, found: Sequence[Attempt]) -> None:
        """What is ours in the database, though nobody heard so when it was claimed: to be run, unless it was."""
        self.take([attempt for attempt in found if attempt.execution_id not in self._lately])

    def assign(self) -> None:
        """Give what is in hand to the runners: quick ones spread evenly, any other to an idle runner alone."""
        self.hand.ripen()
        ready = self.hand.ready
        if not ready:
            return
        batches: dict[LocalRunner, list[Attempt]] = {}
        loads = {runner: self._load(runner) for runner in self._ready()}
        while ready and loads:
            attempt = ready[0]
            parts = self.weight(attempt.task_name)
            runner = min(loads, key=lambda one: loads[one])
            if loads[runner] and (parts >= LINE or loads[runner] + parts > LINE):
                break
            batches.setdefault(runner, []).append(ready.popleft())
            loads[runner] += parts
        for runner, batch in batches.items():
            opened = [one for one in map(self._opened, batch) if one is not None]
            if opened:
                self._join_line(runner, opened)
                runner.assign(opened)

    def _join_line(self, runner: LocalRunner, attempts: Sequence[Attempt]) -> None:
        line = self._lines[runner]
        line.update(attempt.task_name for attempt in attempts)
        self._places.update((attempt.execution_id, line) for attempt in attempts)

    def _leave_line(self, execution_id: int) -> None:
        line = self._places.pop(execution_id, None)
        if line is not None and execution_id in self.attempts:
            line[self.attempts[execution_id].task_name] -= 1

    def _load(self, runner: LocalRunner) -> int:
        """Parts of its line that are taken; none when it is idle."""
        return sum(self.weight(task) * n for task, n in self._lines[runner].items() if n)

    def _opened(self, attempt: Attempt) -> Attempt | None:
        """The attempt with its secrets in the clear, for the runner only; None when they cannot be opened."""
        try:
            kwargs, secrets = self.vault.open(attempt.kwargs)
        except Invalid as problem:
            self.refused.append((attempt, Status.FAILED, str(problem)))
            return None
        if secrets:
            self.secrets[attempt.execution_id] = secrets
        return attempt._replace(kwargs=kwargs) if secrets else attempt

    def _ready(self) -> list[LocalRunner]:
        return [one for one in self.runners if one.ready and not one.retiring]

    @property
    def is_streaming(self) -> bool:
        """Whether a runner goes through quick bodies one after the other."""
        return any(runner.line > 1 for runner in self.runners)

    def capacity(self) -> Capacity:
        """What could be taken now, beyond what is in hand. A line is filled again when it is half empty."""
        ready = self._ready()
        busy = [one for one in ready if one.line]
        if not self.open or self._solitary:
            return Capacity(0, 0, len(busy))
        free = [LINE - load for load in map(self._load, busy) if load <= LINE // 2]
        waiting = sum(self.weight(one.task_name) for one in self.hand)
        idle = len(ready) - len(busy) - len(self.hand)
        return Capacity(max(0, idle), max(0, sum(free) - waiting), len(busy) + bool(self.hand))

    def forget(self, execution_id: int) -> tuple[str, ...]:
        """An attempt is over, or not ours any more. Returns the secrets that it was given."""
        self._leave_line(execution_id)
        self._solitary.discard(execution_id)
        self.stopped_at.pop(execution_id, None)
        self.attempts.pop(execution_id, None)
        self._lately[execution_id] = None
        if len(self._lately) > LATELY:
            self._lately.popitem(last=False)
        return self.secrets.pop(execution_id, ())

    def stop(self, execution_id: int, why: str) -> None:
        """Ask a body to stop; it is killed when it has not done so in time. One that has not begun is given back."""
        if attempt := self.hand.remove(execution_id):
            self.refused.append((attempt, *status_of(why, attempt, "not begun")))
        for runner in self.runners:
            if execution_id in runner.assigned:
                runner.stop(execution_id, why)
                self.stopped_at.setdefault(execution_id, self.clock.monotonic())

    def kill(self, execution_id: int, why: str) -> None:
        """Kill the runner that is at that body."""
        for runner in self.runners:
            if runner.current is not None and runner.current.execution_id == execution_id:
                runner.kill(why)
