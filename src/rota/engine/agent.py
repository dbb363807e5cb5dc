"""The agent: supervises the runners of a node. It hears them, holds them to their limits, and ends them."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import structlog

from rota.domain.attempt import Attempt, Ending
from rota.domain.clock import Clock
from rota.domain.consequence import SHUTDOWN
from rota.domain.errors import Denied
from rota.domain.execution import Status
from rota.domain.secret import without
from rota.engine.clerk import Clerk
from rota.engine.crew import Crew
from rota.engine.limits import Limits
from rota.engine.outcome import CANCELLED, DISOWNED, discreet, discreet_line, of_death, of_ending
from rota.engine.pace import Pace
from rota.engine.tray import News, Tray
from rota.engine.watch import Watch
from rota.executors.events import Beat, Called, Died, Ended, Event, Hello, Progress
from rota.executors.local import LocalRunner

BEAT = 3.0
LINES = 0.5
"""Seconds between signs of life to the runners' keepers, and between looks for new output."""

GATHER = 0.002
"""Seconds that many quick bodies are listened to at a time: waking for each costs more than the work it brings."""

HAND_IN, BATCH = 0.02, 500
"""Endings of many quick bodies are handed in after so many seconds, or when they are so many."""

MARGIN = 5.0
"""Seconds beyond all patience after which a shutdown goes on without what still runs."""

log = structlog.get_logger("rota.agent")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an ending agent waits: for what runs, then for what it told to stop. Seconds."""

    grace: float
    kill_after: float


class Agent:
    """One node's runners and their supervisor, a single thread; the clerk writes beside it.

    clerk_for  makes the clerk, given how to tell this agent something
    """

    def __init__(
        self,
        crew: Crew,
        clerk_for: Callable[[Callable[[News], None]], Clerk],
        pace: Pace,
        clock: Clock,
        watch: Watch,
        ready_made: frozenset[str],
    ) -> None:
        self.crew, self.pace, self.clock, self.watch, self.ready_made = crew, pace, clock, watch, ready_made
        self.clerk, self.limits = clerk_for(self.tell), Limits(crew)
        self.disowned = False
        self._news: deque[News] = deque()
        self._tray = Tray()
        self._beat_at = self._lines_at = self._handed_in_at = float("-inf")
        self._shutdowns = self._heard = 0

    def tell(self, news: News) -> None:
        """From another thread to this one."""
        self._news.append(news)
        self.watch.wake()

    @property
    def has_news(self) -> bool:
        """Whether it was told something that it has not heard yet."""
        return bool(self._news)

    def shut_down(self) -> None:
        """Ask the agent to end; the second time it does not wait for what runs. Safe in a signal handler."""
        self._shutdowns += 1
        self.watch.wake()

    def run(self, patience: Patience, until: Callable[[], bool] = lambda: False) -> None:
        """Work until told to shut down, disowned, or `until` says so; then end what runs and record it."""
        self.clerk.thread.start()
        while not (self._shutdowns or self.disowned or until()):
            self.turn()
        if self.disowned:
            self._abandon()
        else:
            self._end(patience)

    def turn(self) -> None:
        """One look around: what the runners tell, what the clerk tells, who is over time, who is free."""
        self.crew.fill()
        self._show_life()
        self.watch.follow(self.crew.runners)
        gather = GATHER if self.crew.is_streaming else 0.0
        self.watch.wait(min(self.limits.watch(), self.crew.hand.ripen()), gather)
        for runner, event in self.crew.pump(self.clock.now()):
            self._regard(runner, event)
        while self._news:
            self._heard += 1
            self._learn(self._news.popleft())
        self.crew.assign()
        self._refuse()
        self._collect_lines()
        self._hand_in()

    def _hand_in(self) -> None:
        """Let the clerk write what there is, and claim what there is room for."""
        early = self.clock.monotonic() < self._handed_in_at + HAND_IN and len(self._tray.endings) < BATCH
        if early and self.crew.is_streaming:
            return
        self._handed_in_at = self.clock.monotonic()
        if self._tray:
            tray, self._tray = self._tray, Tray()
            self.clerk.file(tray)
        self.clerk.offer(self.crew.capacity(), self._heard)

    def _show_life(self) -> None:
        if self.clock.monotonic() - self._beat_at >= BEAT:
            self._beat_at = self.clock.monotonic()
            for runner in self.crew.runners:
                runner.beat()

    def _regard(self, runner: LocalRunner, event: Event) -> None:
        match event:
            case Ended(ending):
                self._judge(ending.execution_id, partial(of_ending, event))
            case Hello(published):
                self._check_generation(runner, published["hash"])
            case Died(running=ending):
                self.watch.forget(runner)
                if ending is not None:
                    self._judge(ending.execution_id, partial(of_death, event, ending))
            case Progress(execution_id, done, total, message):
                # Who gets on is alive: the alert "stuck" asks for either.
                secrets, now = self.crew.secrets.get(execution_id, ()), self.clock.now()
                self._tray.told[execution_id] = (done, total, message and without(message, secrets), now)
            case Beat(execution_id):
                told = self._tray.told.get(execution_id, (None,) * 4)
                self._tray.told[execution_id] = (*told[:3], self.clock.now())
            case Called():
                self._called(runner, event)
            case _:
                pass

    def _check_generation(self, runner: LocalRunner, found: str) -> None:
        """Code that changed under a running node would run what nobody declared: the node starts anew."""
        if found != self.crew.generation:
            log.warning("the code has changed; this node starts anew", pid=runner.pid)
            self.shut_down()

    def _judge(self, execution_id: int, verdict: Callable[[Attempt], Ending]) -> None:
        """A body has ended; it is only ours to record when we still know of it."""
        attempt = self.crew.attempts.get(execution_id)
        if attempt is not None:
            self._over(attempt, verdict(attempt))

    def _refuse(self) -> None:
        """What is not handed to a runner after all is over."""
        now = self.clock.now()
        while self.crew.refused:
            attempt, status, reason = self.crew.refused.pop()
            self._over(attempt, Ending(attempt.execution_id, status, now, reason=reason))

    def _over(self, attempt: Attempt, ending: Ending) -> None:
        """An attempt of ours is over: how it ended goes to the clerk, with no secret in it."""
        secrets = self.crew.forget(attempt.execution_id)
        told = self._tray.told.pop(attempt.execution_id, None)
        if told is not None:
            ending.progress_done, ending.progress_total, ending.progress_message = told[:3]
        if ending.duration_ms is not None:
            self.pace.saw(attempt.task_name, ending.duration_ms)
        self._tray.endings.append((attempt, discreet(ending, secrets) if secrets else ending))

    def _called(self, runner: LocalRunner, call: Called) -> None:
        attempt = self.crew.attempts.get(call.execution_id)
        if attempt is None or attempt.task_name not in self.ready_made:
            runner.answer(call.call_id, error=Denied("only ready-made tasks may ask for rota's services"))
        else:
            self.clerk.ask(runner, call)

    def _learn(self, news: News) -> None:
        self.crew.take(news.claimed)
        self.crew.find(news.found)
        for runner, *answer in news.answers:
            runner.answer(*answer)
        for execution_id, by, reason in news.stop:
            self.crew.stop(execution_id, f"{CANCELLED} by {by}" + (f": {reason}" if reason else ""))
        if news.disowned:
            log.error("this node was declared gone: what it runs is ended, and recorded as lost already")
            self.disowned = True
        if news.owned is not None:
            self._reconcile(news.owned)

    def _reconcile(self, owned: frozenset[int]) -> None:
        """What runs here and is not ours any more is killed, unrecorded; what is ours and does not run here, is run."""
        ended = {attempt.execution_id for attempt, _ in self._tray.endings}
        if strays := owned - set(self.crew.attempts) - ended:
            self.clerk.adopt(strays)
        for execution_id in set(self.crew.attempts) - owned:
            self.crew.forget(execution_id)
            self.crew.kill(execution_id, DISOWNED)

    def _collect_lines(self) -> None:
        if self.clock.monotonic() - self._lines_at < LINES:
            return
        self._lines_at = self.clock.monotonic()
        for runner in self.crew.runners:
            taken = runner.take_lines()
            if taken is not None:
                execution_id, lines = taken
                secrets = self.crew.secrets.get(execution_id, ())
                self._tray.lines += [(execution_id, discreet_line(line, secrets)) for line in lines]

    def _end(self, patience: Patience) -> None:
        """Claim no more, wait for what runs, then stop it, then kill it; and record all of it."""
        self.crew.open = False
        self.clerk.close()
        self._turn_until(patience.grace, lambda: self._shutdowns > 1)
        self.crew.wind_up()
        self._turn_until(patience.kill_after + MARGIN, lambda: False)
        now, reason = self.clock.now(), f"{SHUTDOWN}: its node ended before it was over"
        for attempt in list(self.crew.attempts.values()):
            self._over(attempt, Ending(attempt.execution_id, Status.LOST, now, reason=reason))
        self.clerk.file(self._tray)
        self._abandon()
        if not self.clerk.leave(MARGIN):
            log.error("the database is away: what ended last is not recorded, and will be as lost")

    def _turn_until(self, seconds: float, enough: Callable[[], bool]) -> None:
        deadline = self.clock.monotonic() + seconds
        while self.clock.monotonic() < deadline and not enough():
            if not (self.crew.attempts or self._news or self.clerk.is_claiming):
                break
            self.turn()

    def _abandon(self) -> None:
        for runner in self.crew.runners:
            runner.abandon()
        if self.disowned:
            self.clerk.leave(MARGIN)
        self.watch.close()
