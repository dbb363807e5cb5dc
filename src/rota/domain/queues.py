"""Which queue runs where: patterns such as "*" and the executor of each."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from rota.domain.errors import Invalid

EXECUTORS = ("local", "celery")


def read_queues(text: str) -> dict[str, str]:
    """The executor of each pattern, from "maintenance=celery,*=local"."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    return {queue.strip(): executor.strip() or "local" for queue, _, executor in pairs}


def _ordered(queues: Mapping[str, str]) -> list[str]:
    """A queue that is named goes before a pattern, and patterns go in their order."""
    return sorted(queues, key=lambda queue: "*" in queue or "?" in queue)


def executor_of(queues: Mapping[str, str], queue: str) -> str:
    """Where work of a queue runs; local, where nothing is said of it."""
    return next((queues[one] for one in _ordered(queues) if fnmatchcase(queue, one)), "local")


def patterns_of(queues: Mapping[str, str], executor: str) -> tuple[str, ...]:
    """The patterns of an executor's queues, in the order in which they decide; one with "!" is taken out."""
    if executor not in queues.values():
        return ()
    return tuple(one if queues[one] == executor else f"!{one}" for one in _ordered(queues))


def only(queues: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
    """The executor of each wanted queue; nothing wanted: all as they are.

    Raises Invalid when some of them are for one executor and some for the other.
    """
    if not wanted:
        return dict(queues)
    kinds = {queue: executor_of(queues, queue) for queue in wanted}
    if len(set(kinds.values())) > 1:
        told = ", ".join(f"{queue}={kind}" for queue, kind in kinds.items())
        fix = "start a worker for each executor"
        raise Invalid(f"one worker cannot serve {told}", fix=fix, field="queues")
    return kinds
