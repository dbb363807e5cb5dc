"""What the doctor says of the nodes: who plans, who runs, who was taken out of the work, which queues are served."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from rota.domain.words import plural
from rota.services.finding import Finding
from rota.services.presence import Seen
from rota.store import nodes
from rota.store.nodes import DRAINING

FAR_CLOCK = timedelta(seconds=2)
LACKS = {"scheduler": "nothing is planned", "agent": "nothing runs"}


def standing(seen: Sequence[Seen]) -> Iterator[Finding]:
    """Who is there for each role; whose clock is off; who is silent."""
    for role in LACKS:
        yield _role(role, [one for one in seen if one.node.role == role and one.is_alive])
    for one in seen:
        offset = timedelta(milliseconds=one.node.clock_offset_ms or 0)
        if one.is_alive and abs(offset) >= FAR_CLOCK:
            text = f"the clock of {one.node.role} {one.told} is {offset.total_seconds():+.1f} s off the database's"
            yield Finding("clock", False, text, "set both by NTP; jobs start by the clocks of the nodes")
    for one in seen:
        if not one.is_alive:
            text = f"{one.node.role} {one.told} has been silent for {one.silent.total_seconds():.0f} s"
            fix = "look at that process; a live scheduler gives it up after 30 s"
            yield Finding("silent", False, text, fix)


def _role(role: str, alive: Sequence[Seen]) -> Finding:
    working = [one for one in alive if one.node.status != DRAINING]
    if working:
        told = ", ".join(one.told for one in working)
        return Finding(role, True, f"{plural(len(working), role)} alive: {told}")
    if alive:
        text = f"every {role} is draining: {LACKS[role]}"
        return Finding(role, False, text, f"`rota nodes undrain {alive[-1].node.name}`")
    return Finding(role, False, f"no {role} is alive: {LACKS[role]}", "start one with `rota serve`")


def listening(seen: Sequence[Seen], used: Iterable[str], waiting: Mapping[str, int]) -> Iterator[Finding]:
    """The queues that nobody serves. used: by jobs; waiting: how many executions wait in each"""
    agents = [one.node for one in seen if one.node.role == "agent" and one.is_alive]
    working = [node for node in agents if node.status != DRAINING]
    queues = sorted({*used, *waiting})
    alone = [queue for queue in queues if not any(nodes.serves(node.queues, queue) for node in working)]
    for queue in alone:
        text = f"no worker listens on queue {queue} ({waiting.get(queue, 0)} executions wait)"
        yield Finding("queue", False, text, f"start a node with ROTA_QUEUES={queue}=local")
    if not alone:
        yield Finding("queue", True, "every queue in use has a worker")
