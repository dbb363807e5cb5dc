"""The life of a runner: import the modules, say hello, run what is assigned, end when the agent wants no more."""

import faulthandler
import gc
import os
import signal
import socket
from collections.abc import Callable
from typing import Any, NoReturn

from rota.engine.runner import Outcome, Runner
from rota.engine.runner_inbox import Inbox
from rota.engine.runner_link import BodyLink
from rota.engine.runner_output import Output
from rota.engine.runner_signals import Calm, Signals
from rota.engine.runner_stage import Stage
from rota.executors.page import Page
from rota.executors.wire import Assignment, sayable
from rota.registry import load
from rota.sdk import Application


def runner_main(control_fd: int, output_fd: int, page: Page, *, clock: Callable[[], float]) -> None:
    """Be a runner until the agent ends it.

    control_fd  the socket to the agent, which says first what to import (see `LocalRunner`)
    output_fd   the pipe that is stdout and stderr
    page        shared with the keeper
    clock       seconds since the epoch
    """
    calm = Calm()
    inbox = Inbox(socket.socket(fileno=control_fd), calm)
    config = inbox.config()
    output = Output(output_fd, config["nonce"], calm, clock)

    def give_back() -> None:
        # In one piece: a stop in between would lose what is no longer in the inbox.
        with calm:
            output.say(["back", inbox.give_back()])

    signals = Signals(page, calm, give_back)
    signals.install()
    faulthandler.enable(output_fd)
    registry = load(
        config.get("modules", ()),
        config=config.get("jobs"),
        ready_made=config.get("ready_made", True),
        environ=os.environ,
    )
    output.restore()
    output.take_logs()
    output.post(["hello", sayable(registry.published())])
    application = Application(config.get("app"), os.environ.get("ROTA_APP_DATABASE_URL"))

    def begun(job: Assignment, cpu: float) -> None:
        output.post(["b", job.execution_id, clock(), round(cpu, 6)])
        output.send()

    def link(job: Assignment) -> BodyLink:
        return BodyLink(job.execution_id, output, inbox)

    runner = Runner(registry, application, signals, begun=begun, link=link)
    # What the imports made lives as long as the process: no collection needs to look at it again.
    gc.freeze()
    _work(runner, inbox, output, Stage(output))


def _work(runner: Runner, inbox: Inbox, output: Output, stage: Stage) -> None:
    """Run what is assigned. An ending is told together with the next beginning, or at once when nothing waits."""
    process = os.getpid()
    output.send()
    while (job := inbox.next()) is not None:
        outcome = runner.run(job)
        stage.reset()
        if os.getpid() != process:
            # A child that the body forked and let return: it is no runner.
            os._exit(not outcome.success)
        left = stage.leftovers()
        output.post(_report(job, outcome, left))
        if left or not inbox.has_next():
            output.send()
        if left:
            _wait_to_be_killed()


def _wait_to_be_killed() -> NoReturn:
    """Something that a body started is alive: the agent has the whole tree killed, this process with it."""
    while True:
        signal.pause()


def _report(job: Assignment, outcome: Outcome, left: list[int]) -> list[Any]:
    return [
        "e",
        job.execution_id,
        outcome.success,
        outcome.seconds,
        outcome.peak_memory,
        outcome.cpu,
        sayable(outcome.fields) if outcome.fields else None,
        outcome.stopped,
        left or None,
    ]
