"""A node is dead as soon as its process is, where that can be known; else when it is silent."""

import os

from rota.executors.identity import machine, started_at
from rota.services.presence import may_live
from rota.store.nodes import Node
from tests.clock import NOON

NOBODY = 2**22 + 1
"""More than any pid."""


def node(machine: str, pid: int, host: str = "web") -> Node:
    return Node("web", "agent", host, pid, started_at(pid) or 0.0, "0", NOON, NOON, info={"machine": machine})


def test_a_process_of_this_machine_lives_or_is_dead():
    assert may_live(node(machine(), os.getpid()))
    assert not may_live(node(machine(), NOBODY))


def test_of_a_container_with_the_same_host_name_nobody_can_tell():
    assert may_live(node("the same boot:another container", NOBODY))


def test_a_node_tells_where_its_pid_counts(world):
    assert world.rota.node("agent").info["machine"] == machine()
    assert may_live(world.rota.node("agent"))
