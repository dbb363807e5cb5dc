"""What is Celery's goes to its broker once; what the broker loses goes again, and nothing runs twice."""

from collections.abc import Sequence

import pytest

from rota.domain.errors import BrokerAway
from rota.domain.execution import Status
from rota.engine.submitter import LOOK, Submitter
from rota.store import submissions
from rota.store.submissions import CELERY
from tests.world import ANA, World


class Queue:
    """A broker with one queue, which a test may read and empty.

    up      how many messages it takes before it is away
    worker  the node that gets its messages
    """

    def __init__(self, worker: int = 0) -> None:
        self.worker = worker
        self.messages: list[tuple[int, int]] = []
        self.bundles: list[list[int]] = []
        self.up = 10**6

    def reach(self) -> None:
        if self.up <= 0:
            raise BrokerAway("the broker did not answer")

    def send(self, queue: str, messages: Sequence[tuple[list[int], int]]) -> int:
        self.bundles = [ids for ids, _ in messages]
        taken = [(id_, priority) for ids, priority in messages for id_ in ids][: max(0, self.up)]
        self.up -= len(taken)
        self.messages += taken
        return len(taken)

    def waiting(self, queue: str) -> int:
        self.reach()
        return len(self.messages)

    def close(self) -> None:
        """Nothing to let go of."""


@pytest.fixture
def queue(world):
    """Its worker is there, and knows the task."""
    return Queue(world.add_node("celery", queues=("far",), info={"executor": CELERY}))


def submitter(world: World, queue: Queue) -> Submitter:
    return Submitter(world.db, world.clock, queue, ("far",))


def ask(world: World, times: int = 1, **fields: object) -> list[int]:
    job = world.add_job(f"job_{world.count()}", task_queue="far", overlap="allow", **fields)
    return [world.executions.execute(job.id, ANA) for _ in range(times)]


def take(world: World, queue: Queue, execution_id: int, *, again: bool = False) -> bool:
    """The worker gets the message."""
    with world.db.write() as conn:
        node = (queue.worker, world.generation)
        return bool(submissions.take(conn, node, [execution_id], world.clock.now(), again=again))


def test_what_waits_is_sent_once_the_highest_priority_first(world, queue):
    (low,), (high,) = ask(world, task_priority=1), ask(world, task_priority=9)
    for _ in range(2):
        submitter(world, queue).tick()
    assert queue.messages == [(high, 9), (low, 1)]
    assert world.statuses() == ["submitted", "submitted"]


def test_a_message_that_comes_twice_runs_once(world, queue):
    (one,) = ask(world)
    submitter(world, queue).tick()
    assert [take(world, queue, one), take(world, queue, one)] == [True, False]
    assert take(world, queue, one, again=True), "its own, whose claim it did not hear of, it may run"
    assert world.statuses() == ["running"]


def test_without_a_worker_or_a_queue_of_celery_everything_waits_here(world):
    queue = Queue()
    ask(world)
    submitter(world, queue).tick()
    world.add_node("celery", queues=("other",), info={"executor": CELERY})
    submitter(world, queue).tick()
    assert (queue.messages, world.statuses()) == ([], ["queued"])


def test_what_the_broker_did_not_take_goes_out_once_when_it_answers_again(world, queue):
    ids = ask(world, 5)
    queue.up = 2
    sending = submitter(world, queue)
    told: list[dict[str, str] | None] = []
    sending.tell = told.append
    sending.tick()
    sending.tick()
    assert [id_ for id_, _ in queue.messages] == ids[:2]
    assert told[0] is not None
    assert told[0]["problem"] == "the broker did not answer"
    queue.up = 100
    for _ in range(3):
        world.clock.advance(LOOK)
        sending.tick()
    assert sorted(id_ for id_, _ in queue.messages) == ids
    assert told[1:] == [None]


def test_what_an_empty_queue_does_not_hold_is_sent_again_with_growing_patience(world, queue):
    (one,) = ask(world)
    sending, sent = submitter(world, queue), []
    for _ in range(40):
        sending.tick()
        sent.append(bool(queue.messages))
        queue.messages.clear()
        world.clock.advance(1)
    assert [second for second, yes in enumerate(sent) if yes] == pytest.approx([0, 6, 16, 36], abs=LOOK)
    assert world.executions.get(one).status is Status.SUBMITTED


def test_a_message_that_was_overtaken_is_sent_again_though_the_queue_is_not_empty(world, queue):
    first, second, third = ask(world, 3)
    sending = submitter(world, queue)
    sending.tick()
    with world.db.write() as conn:
        submissions.send_again(conn, [one for one in submissions.sent(conn, "far")[1:]], world.clock.now())
    queue.messages = [(third, 5)]
    world.clock.advance(6)
    sending.tick()
    assert queue.messages == [(third, 5)], "nothing shows that it is lost"
    with world.db.write() as conn:
        later = [one._replace(sends=2) for one in submissions.sent(conn, "far") if one.execution_id == second]
        submissions.send_again(conn, later, world.clock.now())
    assert take(world, queue, second)
    world.clock.advance(6)
    sending.tick()
    assert [id_ for id_, _ in queue.messages] == [third, first]


def test_two_schedulers_send_what_was_lost_once(world, queue):
    ask(world, 2)
    submitter(world, queue).tick()
    queue.messages.clear()
    world.clock.advance(6)
    with world.db.read() as conn:
        lost = submissions.sent(conn, "far")
    for expected in (2, 0):
        with world.db.write() as conn:
            assert len(submissions.send_again(conn, lost, world.clock.now())) == expected


def test_a_pause_and_a_cancel_act_on_what_is_at_the_broker(world, queue):
    (held,), (gone,) = ask(world), ask(world)
    submitter(world, queue).tick()
    world.holds.pause(world.executions.get(held).job_name, ANA)
    world.executions.cancel(gone, ANA)
    assert not take(world, queue, held)
    assert not take(world, queue, gone)
    assert world.statuses() == ["submitted", "cancelled"]
    world.holds.resume(world.executions.get(held).job_name, ANA)
    assert take(world, queue, held)


def test_only_a_window_of_a_queue_is_at_the_broker(world, queue):
    ask(world, 7)
    with world.db.write() as conn:
        assert len(submissions.submit(conn, "far", 5, 100, world.clock.now())) == 5
        assert submissions.submit(conn, "far", 5, 100, world.clock.now()) == []


def test_quick_ones_go_out_together_and_others_alone(world, queue):
    quick, slow = (
        world.add_job("quick", task_queue="far", overlap="allow"),
        world.add_job("slow", task_queue="far"),
    )
    first = world.executions.execute(quick.id, ANA)
    submitter(world, queue).tick()
    with world.db.write() as conn:
        (attempt,) = submissions.take(
            conn, (queue.worker, world.generation), [first], world.clock.now(), again=False
        )
    world.end(attempt, node=queue.worker, started_at=world.clock.now())
    ids = [world.executions.execute(quick.id, ANA) for _ in range(3)]
    alone = world.executions.execute(slow.id, ANA)
    submitter(world, queue).tick()
    assert queue.bundles == [ids, [alone]]
    with world.db.write() as conn:
        node = (queue.worker, world.generation)
        assert len(submissions.take(conn, node, ids, world.clock.now(), again=False)) == 3
