"""rota's task in a Celery application: each process of a worker's pool is an agent of one.

    from celery import Celery
    import rota.celery

    app = Celery("shop", broker="amqp://localhost//")
    rota.celery.setup(app)

From then on `celery -A shop worker -Q maintenance` runs the jobs of the queue maintenance where ROTA_QUEUES says
`maintenance=celery`, and jobs may name the application's own tasks.
"""

import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from celery import Celery, signals
from kombu.exceptions import OperationalError

from rota.domain.queues import executor_of
from rota.executors.celery import TASK, application, is_redis, queue_of, transport_options
from rota.sdk import OFFERED

if TYPE_CHECKING:
    from rota.app import Rota
    from rota.engine.agent import Agent
    from rota.engine.single import Single
    from rota.settings import Settings

ENDING = signal.SIGUSR2
"""What a worker that shuts down sends to the processes of its pool: what runs has the time of shutdown_grace."""

LOOK = 5.0
"""Seconds between looks at whether the node is drained."""


def setup(app: Celery, settings: "Settings | None" = None) -> None:
    """Give a Celery application rota's task, and offer the application's own tasks as tasks of rota.

    settings  of rota; default: those of the environment and of the files of the current folder
    """
    options = transport_options(str(app.conf.broker_url or "")) | dict(
        app.conf.broker_transport_options or {}
    )
    app.conf.broker_transport_options = options
    pool = Pool(app, settings)
    app.task(pool.run, name=TASK, acks_late=False, ignore_result=True, serializer="json", shared=False)
    signals.celeryd_after_setup.connect(pool.set_out, weak=False)
    signals.worker_process_init.connect(pool.begin, weak=False)
    signals.worker_process_shutdown.connect(pool.finish, weak=False)
    signals.worker_shutting_down.connect(pool.warn, weak=False)
    setattr(app, OFFERED, partial(_own_tasks, app))


class Pool:
    """A worker and the processes of its pool, each of which has a copy of this."""

    def __init__(self, app: Celery, settings: "Settings | None") -> None:
        self.app, self.settings = app, settings
        self.hostname = ""
        self.queues: tuple[str, ...] = ()
        self._single: Single | None = None
        self._looked_at = 0.0
        self._consuming = True

    def set_out(self, instance: Any, **_: Any) -> None:
        """The worker knows which queues it serves, and has not started its pool."""
        if instance.app is not self.app:
            return
        settings = self._settings()
        consumed = instance.app.amqp.queues.consume_from
        self.hostname = instance.hostname
        self.queues = tuple(queue for queue in consumed if executor_of(settings.queues, queue) == "celery")
        instance.app.conf.worker_prefetch_multiplier = 1

    def begin(self, **_: Any) -> None:
        """A process of the pool begins: it becomes a node."""
        if self.queues:
            from rota.process import SWITCH

            sys.setswitchinterval(SWITCH)
            with contextlib.suppress(ValueError):
                signal.signal(ENDING, self._end)
            self._agent_of_one().start()

    def _end(self, *_: object) -> None:
        if self._single is not None:
            self._single.end()

    def run(self, ids: list[int]) -> None:
        """What a message asks for. Whether it is run is decided by the database."""
        self._agent_of_one().run(ids)

    def finish(self, **_: Any) -> None:
        """The process ends."""
        if self._single is not None:
            self._single.join()

    def warn(self, **_: Any) -> None:
        """The worker shuts down: it waits for what runs, and that has an end."""
        import psutil

        if self.queues:
            for child in psutil.Process().children():
                with contextlib.suppress(psutil.Error):
                    child.send_signal(ENDING)

    def _settings(self) -> "Settings":
        if self.settings is None:
            from rota.settings import load

            self.settings = load({}, os.environ, Path.cwd()).settings
        return self.settings

    def _agent_of_one(self) -> "Single":
        if self._single is None:
            from rota.app import build
            from rota.engine.agent import Patience
            from rota.engine.single import Single
            from rota.telemetry import logs

            given = self._settings()
            logs.configure(given.log_format, secrets=given.secrets)
            served = dict.fromkeys(self.queues, "local")
            settings = given.model_copy(update={"queues": served, "runners": 1})
            rota = build(settings)
            patience = Patience(settings.shutdown_grace, settings.kill_after)
            make = partial(_make_agent, rota)
            self._single = Single(rota.db, rota.clock, make, patience, time.sleep, partial(self._mind, rota))
        return self._single

    def _mind(self, rota: "Rota", node_id: int) -> None:
        """While the node is drained its worker fetches nothing: what it fetched would have to be sent again."""
        from rota.domain.errors import Unavailable
        from rota.store import nodes

        if rota.clock.monotonic() - self._looked_at < LOOK:
            return
        self._looked_at = rota.clock.monotonic()
        with contextlib.suppress(Unavailable, OSError, OperationalError), rota.db.read() as conn:
            consuming = nodes.status(conn, node_id) != nodes.DRAINING
            if consuming is not self._consuming:
                self._consuming = consuming
                self._consume(consuming=consuming)

    def _consume(self, *, consuming: bool) -> None:
        control = self.app.control
        with self.app.connection_for_write() as connection:
            for queue in self.queues:
                verb = control.add_consumer if consuming else control.cancel_consumer
                verb(queue, destination=[self.hostname], connection=connection)


def _make_agent(rota: "Rota") -> "Agent":
    from rota.engine.boot import Parts, make_agent
    from rota.process import owner_is_gone
    from rota.store.submissions import CELERY

    node = rota.node("agent")
    node = replace(node, info={**node.info, "executor": CELERY})
    parts = Parts(rota.settings, rota.db, rota.clock, node, rota.definitions, None, time.sleep)
    return make_agent(parts, owner_is_gone)


def _own_tasks(app: Celery) -> dict[str, Callable[..., Any]]:
    """The application's tasks by name, each as a function that takes what the task takes."""
    app.loader.import_default_modules()
    app.finalize()
    own = {name: task for name, task in app.tasks.items() if name != TASK and not name.startswith("celery.")}
    return {name: _called(task) for name, task in own.items()}


def _called(task: Any) -> Callable[..., Any]:
    @wraps(task.run)
    def call(*args: Any, **kwargs: Any) -> Any:
        return task(*args, **kwargs)

    return call


def work(settings: "Settings") -> None:
    """Be a Celery worker for the queues of these settings, until it is told to end."""
    assert settings.broker_url is not None
    app = application(settings.broker_url)
    setup(app, settings)
    app.conf.update(
        task_queues=[
            queue_of(one, settings.broker_url, settings.broker_queue_type) for one in settings.queues
        ],
        worker_concurrency=settings.runners,
        # A process of the pool imports nothing before it says that it is there, but the machine may be busy.
        worker_proc_alive_timeout=60.0,
        worker_hijack_root_logger=False,
        worker_disable_prefetch=is_redis(settings.broker_url),
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
    )
    name = f"{settings.node_name or 'rota'}-{os.getpid()}@{socket.gethostname()}"
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    app.worker_main(["--quiet", "worker", "--hostname", name, *quiet])
