"""How an agent begins: hear what its runners know, tell the database, and take its place."""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from rota.domain.clock import Clock
from rota.domain.errors import Unavailable
from rota.engine.agent import Agent
from rota.engine.answering import Answering
from rota.engine.clerk import Clerk
from rota.engine.crew import Crew, Terms
from rota.engine.dispatcher import Dispatcher
from rota.engine.ledger import Trace
from rota.engine.pace import Pace
from rota.engine.watch import Watch
from rota.executors.events import Died, Hello
from rota.executors.sweep import sweep
from rota.services.definitions import Definitions
from rota.services.tending import Tending
from rota.services.vault import Vault
from rota.settings import Settings
from rota.store import nodes, state
from rota.store.database import Database
from rota.store.nodes import Node

ALLOWED = ("job_roots", "job_tables", "job_commands", "job_hosts")

log = structlog.get_logger("rota.agent")


@dataclass(frozen=True, slots=True)
class Parts:
    """What an agent is made of.

    node   this process, not registered yet
    only   the one execution it is there for, None for all, 0 for none: only to say what its code declares
    nap    sleeps, while the database is away
    """

    settings: Settings
    db: Database
    clock: Clock
    node: Node
    definitions: Definitions
    only: int | None
    nap: Callable[[float], object]


def make_agent(parts: Parts, gone: Callable[[str], bool]) -> Agent:
    """Start the runners, publish what they know, register, and return the agent, ready to run.

    gone  whether the owner of a runner's marker is dead; what such owners left is killed first
    """
    swept = sweep(gone)
    if swept:
        log.warning("killed what an agent before this one had left", pids=swept)
    pace, watch = Pace(), Watch()
    marker = f"{parts.node.pid}:{parts.node.pid_started}"
    config = {
        "modules": list(parts.settings.modules),
        "jobs": parts.settings.jobs,
        "app": parts.settings.app,
        "ready_made": True,
    }
    size = parts.settings.runners if parts.only is None else 1
    terms = Terms(config, marker, _environ(parts.settings), size, parts.settings.kill_after)
    crew = Crew(terms, parts.clock, pace.weight, Vault(parts.settings.secret_key, _environ(parts.settings)))
    published = _first_words(crew, watch, parts)
    crew.generation = published["hash"]
    node_id, generation, durations = _take_place(parts, published)
    for task, duration_ms in durations.items():
        pace.saw(task, duration_ms)
    queues = parts.settings.local_queues
    dispatcher = Dispatcher(node_id, generation, queues, pace.weight, parts.only)
    answering = Answering(Tending(parts.db, parts.clock, _environ(parts.settings)))
    ready_made = frozenset(task["name"] for task in published["tasks"] if task["ready_made"])
    trace = _trace() if parts.settings.otel else None
    return Agent(
        crew,
        lambda tell: Clerk(parts.db, parts.clock, dispatcher, answering, tell, trace),
        pace,
        parts.clock,
        watch,
        ready_made,
    )


def _trace() -> Trace:
    """Make a span of each execution; a batch of them never waits for whoever collects them."""
    from rota.telemetry.spans import Tracing, set_up

    set_up("rota-agent")
    return Tracing().ended


def _environ(settings: Settings) -> dict[str, str]:
    """The runners' environment. What a settings file says of what jobs may use reaches them this way."""
    given = {name: ",".join(getattr(settings, name)) for name in ALLOWED}
    given["pg_programs"] = settings.pg_programs
    given["app_database_url"] = settings.app_database_url or ""
    given["job_statements"] = json.dumps(settings.job_statements) if settings.job_statements else ""
    return {**os.environ, **{f"ROTA_{name.upper()}": value for name, value in given.items() if value}}


def _first_words(crew: Crew, watch: Watch, parts: Parts) -> dict[str, Any]:
    """What the first runner says that it knows; when it dies before it says it: nothing, and why."""
    crew.fill(1)
    while True:
        watch.follow(crew.runners)
        watch.wait(1.0)
        for runner in crew.runners:
            runner.beat()
        for runner, event in crew.pump(parts.clock.now()):
            if isinstance(event, Hello):
                return event.published
            if isinstance(event, Died):
                watch.forget(runner)
                return _nothing(parts.settings.modules, event)


def _nothing(modules: Sequence[str], died: Died) -> dict[str, Any]:
    """A set without tasks, which tells how loading the modules ended the process."""
    problem = {
        "module": ", ".join(modules),
        "file": None,
        "line": None,
        "message": f"loading the modules ended the process: {died.text}",
        "traceback": died.output,
    }
    digest = hashlib.sha256(json.dumps(problem).encode()).hexdigest()
    return {"hash": f"nothing:{digest}", "tasks": [], "jobs": [], "problems": [problem]}


def _take_place(parts: Parts, published: dict[str, Any]) -> tuple[int, int, dict[str, int]]:
    """Publish, register and settle, however long the database is away.

    Returns the ids of node and generation, and how long each task took lately, in milliseconds.
    """
    while True:
        try:
            generation = parts.definitions.publish(parts.settings.application, published)
            with parts.db.write() as conn:
                node_id = nodes.register(conn, _described(parts, generation))
            if parts.only is None:  # One that is there for a single execution decides nothing for the others.
                parts.definitions.settle(parts.settings.application)
            with parts.db.read() as conn:
                return node_id, generation, state.last_durations(conn)
        except Unavailable as problem:
            log.warning("the database is away; the node waits for it", problem=str(problem))
            parts.nap(1.0)


def _described(parts: Parts, generation: int) -> Node:
    now = parts.clock.now()
    return replace(
        parts.node,
        registered_at=now,
        beat_at=now,
        queues=parts.settings.local_queues,
        slots=parts.settings.runners,
        app=parts.settings.application,
        generation_id=generation,
    )
