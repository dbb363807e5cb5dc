"""Celery as a place where bodies run: messages go out that name executions, and nothing else travels."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from celery import Celery
from kombu.entity import Exchange, Queue
from kombu.exceptions import OperationalError

from rota.domain.errors import BrokerAway

TASK = "rota.run"
"""The one Celery task of rota. Its argument is a list of ids of executions."""

STEPS = list(range(10))
SECONDS = 5.0
"""How long a broker may take to answer."""


def is_redis(url: str) -> bool:
    """Whether that broker speaks Redis's protocol (Valkey does); else it is RabbitMQ."""
    return url.partition(":")[0] in ("redis", "rediss", "unix", "sentinel", "valkey", "valkeys")


def queue_of(name: str, url: str, queue_type: str) -> Queue:
    """A queue as it is made where there is none of that name.

    queue_type  "classic" or "quorum", which only RabbitMQ tells apart
    """
    arguments: dict[str, Any] = {}
    if not is_redis(url):
        # A quorum queue refuses the number of priorities: it has two, whatever it is told.
        arguments = {"x-queue-type": "quorum"} if queue_type == "quorum" else {"x-max-priority": 10}
    return Queue(name, Exchange(name, type="direct"), routing_key=name, queue_arguments=arguments or None)


def priority_for(url: str, queue_type: str, priority: int) -> int:
    """What the broker calls our priority, of which 9 goes first and 5 is usual.

    On Redis 0 goes first. A classic queue of RabbitMQ counts as we do. A quorum queue knows two levels: from 5 on a
    message is high, so what is usual here is 4 there.
    """
    if is_redis(url):
        return 9 - priority
    if queue_type == "quorum":
        return priority if priority > 5 else min(priority, 4)
    return priority


def transport_options(url: str) -> dict[str, Any]:
    """How priorities are kept on Redis; how sure RabbitMQ makes us."""
    if is_redis(url):
        timeouts = {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS}
        return {"priority_steps": STEPS, "queue_order_strategy": "priority", **timeouts}
    return {"confirm_publish": True, "read_timeout": SECONDS, "write_timeout": SECONDS}


def application(url: str) -> Celery:
    """A Celery application that only rota uses."""
    app = Celery("rota", broker=url, set_as_current=False)
    app.conf.update(
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        broker_transport_options=transport_options(url),
        broker_connection_timeout=SECONDS,
    )
    return app


class Broker:
    """The broker as a scheduler sees it. For one thread at a time.

    queue_type  of the queues that it makes: "classic" or "quorum"
    """

    def __init__(self, url: str, queue_type: str) -> None:
        self.url, self.queue_type = url, queue_type
        self._app = application(url)
        self._connection: Any = None
        self._producer: Any = None
        self._known: set[str] = set()

    @property
    def address(self) -> str:
        """Its URL, without a password."""
        return str(self._app.connection_for_write().as_uri())

    def reach(self) -> None:
        """Raises BrokerAway unless it answers."""
        with self._told():
            self._channel().connection.client.ensure_connection(max_retries=1, timeout=SECONDS)

    def send(self, queue: str, messages: Sequence[tuple[list[int], int]]) -> int:
        """Send (executions, priority) each as a message.

        Returns how many executions it has taken; less than all: it is away.
        """
        taken = 0
        try:
            with self._told():
                self._declare(queue)
                for ids, priority in messages:
                    self._send(queue, ids, priority)
                    taken += len(ids)
        except BrokerAway:
            pass
        return taken

    def _send(self, queue: str, ids: list[int], priority: int) -> None:
        self._app.send_task(
            TASK,
            args=[ids],
            queue=queue_of(queue, self.url, self.queue_type),
            declare=[],
            priority=priority_for(self.url, self.queue_type, priority),
            producer=self._producer,
            retry=False,
            ignore_result=True,
        )

    def waiting(self, queue: str) -> int:
        """How many messages of a queue no worker has fetched yet. Raises BrokerAway."""
        with self._told():
            channel = self._channel()
            try:
                return int(channel.queue_declare(queue=queue, passive=True).message_count)
            except channel.connection.client.channel_errors:
                # There is no such queue: on Redis that is an empty one.
                self._close()
                return 0

    def _declare(self, queue: str) -> None:
        """Make the queue unless there is one, of whatever kind: it may be somebody else's."""
        if queue in self._known and self._connection is not None:
            return
        channel = self._channel()
        wanted = queue_of(queue, self.url, self.queue_type)
        try:
            channel.queue_declare(queue=queue, passive=True)
        except channel.connection.client.channel_errors:
            self._close()
            wanted(self._channel()).declare()
        self._known.add(queue)

    def _channel(self) -> Any:
        if self._connection is None:
            self._connection = self._app.connection_for_write(connect_timeout=SECONDS)
            self._connection.ensure_connection(max_retries=1, timeout=SECONDS)
            self._producer = self._app.amqp.Producer(self._connection.default_channel, auto_declare=False)
        return self._connection.default_channel

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self._errors() as problem:
            self._close()
            said = str(problem).strip() or type(problem).__name__
            raise BrokerAway(
                f"the broker {self.address} did not answer: {said}",
                fix="check that it runs and ROTA_BROKER_URL; what waits goes out when it answers again",
            ) from problem

    def _errors(self) -> tuple[type[Exception], ...]:
        connection = self._app.connection_for_write()
        return (OperationalError, OSError, *connection.connection_errors, *connection.channel_errors)

    def _close(self) -> None:
        connection, self._connection, self._producer = self._connection, None, None
        self._known.clear()
        if connection is not None:
            connection.collapse() if hasattr(connection, "collapse") else connection.release()

    def close(self) -> None:
        """Let go of the connection."""
        self._close()
        self._app.close()
