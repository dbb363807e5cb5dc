"""What runs in a process that schedules: the scheduler, the reaper, and the agent's process below it."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from importlib.metadata import version

import structlog

from rota.domain.clock import Clock
from rota.domain.plan import AHEAD
from rota.engine.beside import Beside
from rota.engine.keepup import AgentProcess
from rota.engine.loop import Loop
from rota.engine.membership import Membership
from rota.engine.reaper import Reaped, Reaper
from rota.engine.scheduler import Fired, Scheduler
from rota.engine.submitter import Submitter
from rota.services.auditing import Auditing
from rota.services.definitions import Definitions
from rota.services.holds import Holds
from rota.services.zones import Zones
from rota.store import events, nodes
from rota.store.database import Database
from rota.store.nodes import Node

RECHECK = 30.0
"""Longest sleep in seconds, so that a clock that was set is noticed."""

WATCH = 2.0
"""Seconds between looks for silent nodes."""

SEAL = 4.0
"""Seconds between looks for rows of the audit log that are to be sealed."""

FORGET = 60.0
"""Seconds between looks for events that nobody may resume from any more."""

log = structlog.get_logger("rota.scheduler")


class Host:
    """The loops of one scheduling process.

    node     what it registers as
    agent    the process below it that runs jobs, or None to schedule only
    watch    called with what each tick did
    beside   what else begins and ends with it
    submitter  hands to a broker what Celery is to run, or None
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        node: Node,
        holds: Holds,
        reaper: Reaper,
        agent: AgentProcess | None,
        watch: Callable[[Fired | Reaped], None] = lambda _: None,
        beside: Beside | None = None,
        submitter: Submitter | None = None,
    ) -> None:
        self.db, self.clock, self.reaper = db, clock, reaper
        self.membership = Membership(db, clock, node)
        self.holds, self.zones = holds, Zones(holds.jobs)
        self.auditing, self.definitions = Auditing(db, clock), Definitions(holds.jobs)
        self.agent, self.watch, self.beside = agent, watch, beside
        self._leaving: list[AgentProcess] = []
        self._resting, self._reloading = threading.Event(), threading.Event()
        self._succession, self._stopping = threading.Lock(), False
        self._sealed_at = self._forgot_at = float("-inf")
        self._scheduler: Scheduler | None = None
        self._settled: dict[str, list[int]] = {}
        self._settled_with: frozenset[int] | None = None
        self._loops: Sequence[Loop] = (
            Loop("scheduler", self._schedule, self._wait),
            Loop("reaper", self._tend, self._rest),
        )
        self.submitter, self._rung = submitter, threading.Event()
        if submitter is not None:
            submitter.tell = partial(self.membership.tell, "broker")
            self._loops = (*self._loops, Loop("submitter", self._submit, self._wait_for_ring))

    @property
    def node(self) -> Node:
        """This process among the nodes."""
        return self.membership.node

    def start(self) -> None:
        """Register, start the agent and begin to schedule. Raises Unavailable when the database is."""
        renewed = self.zones.renew(version("tzdata"))
        if renewed:
            log.info("the rules of time zones have changed; next fires were computed anew", jobs=renewed)
        self._register()
        if self.agent is not None:
            self.db.bell.listeners.append(self._poke)
            self.agent.start()
        for loop in self._loops:
            loop.start()
        if self.beside is not None:
            self.beside.start()

    def stop(self, *, at_once: bool = False) -> None:
        """Stop scheduling, let the agent finish what runs (or not), and say goodbye."""
        self._loops[0].stop(self.db.bell.event.set)
        if self.submitter is not None:
            self._loops[2].stop(self._rung.set)
            self.submitter.broker.close()
        with self._succession:
            self._stopping, agents = True, self._agents()
        for agent in agents:
            agent.dismiss(at_once=at_once)
        for agent in agents:
            agent.stop(at_once=False)
        if self.beside is not None:
            self.beside.stop()
        self._loops[1].stop(self._resting.set)
        self.membership.leave()

    def hurry(self) -> None:
        """While it stops: do not wait any longer for what runs."""
        for agent in self._agents():
            agent.hurry()

    def reload(self) -> None:
        """Let an agent that loads the modules as they are now take over; what runs, finishes. Returns at once."""
        self._reloading.set()
        self._resting.set()

    def _agents(self) -> list[AgentProcess]:
        return [*self._leaving, *([] if self.agent is None else [self.agent])]

    def _poke(self) -> None:
        if self.agent is not None:
            self.agent.poke()

    def _register(self) -> None:
        self.membership.join()
        self._scheduler = Scheduler(self.db, self.clock, self.node.id, ahead=AHEAD)

    def _schedule(self) -> float:
        """Plan what is due, resume, and say how long there is nothing more to do."""
        assert self._scheduler is not None
        if self.membership.draining:
            return WATCH
        wake = self._scheduler.next_wake()
        ahead = RECHECK if wake is None else (wake - self.clock.now()) / timedelta(seconds=1)
        if ahead > 0:
            return min(RECHECK, ahead)
        fired = self._scheduler.tick()
        if fired.jobs:
            self.watch(fired)
        self.holds.resume_due()
        # Something is due, but another scheduler has it: look again in a moment.
        return 0.0 if fired.jobs else 0.01

    def _wait(self, seconds: float) -> None:
        self.db.bell.wait(seconds)
        self._rung.set()

    def _wait_for_ring(self, seconds: float) -> None:
        # The bell itself has one waiter: it tells this one.
        self._rung.wait(seconds)
        self._rung.clear()

    def _submit(self) -> float:
        assert self.submitter is not None
        return WATCH if self.membership.draining else self.submitter.tick()

    def _rest(self, seconds: float) -> None:
        self._resting.wait(seconds)
        self._resting.clear()

    def _succeed(self) -> None:
        """Begin to reload when that was asked for. Those who leave go on until the new agent has its place."""
        with self._succession:
            if self._reloading.is_set() and self.agent is not None and not self._stopping:
                self._reloading.clear()
                successor = self.agent.successor()
                successor.start()
                self._leaving.append(self.agent)
                self.agent = successor
        if self._leaving and self.has_agent():
            for agent in self._leaving:
                agent.dismiss()
        self._leaving = [agent for agent in self._leaving if agent.pid is not None]

    def has_agent(self) -> bool:
        """Whether the agent has its place: from then on it takes what is queued."""
        with self.db.read() as conn:
            present = {(node.role, node.host, node.pid) for node in nodes.live(conn)}
        return self.agent is not None and ("agent", self.node.host, self.agent.pid) in present

    def _tend(self) -> float:
        self._succeed()
        for agent in self._agents():
            agent.keep_up()
        reaped = self.reaper.tick()
        if reaped.nodes or reaped.executions:
            self.watch(reaped)
        self._beat()
        if self.clock.monotonic() - self._sealed_at >= SEAL:
            self.auditing.seal()
            self._sealed_at = self.clock.monotonic()
        if self.clock.monotonic() - self._forgot_at >= FORGET:
            self._forget()
        self._settle()
        return WATCH

    def _forget(self) -> None:
        with self.db.write() as conn:
            events.forget(conn, self.clock.now())
        self._forgot_at = self.clock.monotonic()

    def _settle(self) -> None:
        """Settle each app whose live sets are others than they were: a node that left tells nobody itself."""
        if self.reaper.present == self._settled_with:
            return
        for app, live in self.definitions.live().items():
            if self._settled.get(app) != live:
                self.definitions.settle(app)
                self._settled[app] = live
        self._settled_with = self.reaper.present

    def _beat(self) -> None:
        before = self.node.id
        self.membership.tick()
        if self.node.id != before:
            self._scheduler = Scheduler(self.db, self.clock, self.node.id, ahead=AHEAD)
