"""Which queue runs where."""

import pytest

from rota.domain.errors import Invalid
from rota.domain.queues import executor_of, only, patterns_of, read_queues
from rota.store.nodes import serves

QUEUES = read_queues("*=local, mail=celery,bulk*=celery,bulk-here=local")


@pytest.mark.parametrize(
    ("queue", "executor"),
    [("mail", "celery"), ("bulk-here", "local"), ("default", "local")],
)
def test_a_queue_that_is_named_goes_before_a_pattern(queue, executor):
    assert executor_of(QUEUES, queue) == executor


def test_of_patterns_the_first_that_fits_decides():
    assert executor_of(QUEUES, "bulk-1") == "local"
    assert executor_of(read_queues("bulk*=celery,*=local"), "bulk-1") == "celery"


@pytest.mark.parametrize("queue", ["mail", "bulk-here", "bulk-1", "default"])
def test_a_node_serves_exactly_what_is_its_executor_s(queue):
    serving = [kind for kind in ("local", "celery") if serves(patterns_of(QUEUES, kind), queue)]
    assert serving == [executor_of(QUEUES, queue)]


def test_a_worker_serves_queues_of_one_executor():
    assert only(QUEUES, ["default", "bulk-here"]) == {"default": "local", "bulk-here": "local"}
    with pytest.raises(Invalid, match="one worker cannot serve mail=celery, default=local"):
        only(QUEUES, ["mail", "default"])
