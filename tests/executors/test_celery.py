"""What a broker makes of our priorities: what is urgent comes out first, and first in, first out within one."""

import pytest

from rota.executors.celery import Broker, application, priority_for, queue_of

SENT = (4, 5, 9, 0, 6, 5)
"""The priorities of the messages, in the order in which they are sent."""


def fetched(url: str, name: str, queue_type: str) -> list[int]:
    """Take everything out of a queue: the priority of each message, which is the execution that it names."""
    app, found = application(url), []
    with app.connection_for_read() as connection:
        queue = queue_of(name, url, queue_type).bind(connection.default_channel)
        while (message := queue.get(no_ack=True)) is not None:
            args, _, _ = message.payload
            found += args[0]
    app.close()
    return found


def sent(url: str, name: str, queue_type: str) -> None:
    """Send a message of each of these priorities."""
    broker = Broker(url, queue_type)
    assert broker.send(name, [([priority], priority) for priority in SENT]) == len(SENT)
    broker.close()


@pytest.mark.parametrize("broker", ["rabbitmq", "valkey"], indirect=True)
def test_what_is_urgent_comes_out_first(broker):
    sent(broker.url, "urgent", "classic")
    assert fetched(broker.url, "urgent", "classic") == [9, 6, 5, 5, 4, 0]


def test_a_quorum_queue_keeps_all_and_lets_what_is_high_go_first_where_it_knows_priorities(rabbitmq):
    with application(rabbitmq.url).connection_for_read() as connection:
        version = connection.default_channel.connection.server_properties["version"]
    knows_them = int(version.partition(".")[0]) >= 4
    sent(rabbitmq.url, "quorum", "quorum")
    assert fetched(rabbitmq.url, "quorum", "quorum") == ([9, 6, 4, 5, 0, 5] if knows_them else list(SENT))


def test_a_quorum_queue_takes_what_is_usual_here_for_low_and_more_for_high():
    """It counts 0 to 4 as low, and all above as high."""
    as_told = [priority_for("amqp://", "quorum", priority) for priority in range(10)]
    assert as_told == [0, 1, 2, 3, 4, 4, 6, 7, 8, 9]
    assert [priority_for("amqp://", "classic", priority) for priority in (0, 5, 9)] == [0, 5, 9]
    assert [priority_for("redis://", "classic", priority) for priority in (0, 5, 9)] == [9, 4, 0]
