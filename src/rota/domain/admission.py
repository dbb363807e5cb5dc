"""Whether a job may become active once more: the one judge for every trigger."""

from dataclasses import dataclass
from enum import StrEnum

from rota.domain.execution import Status, Trigger
from rota.domain.job import Overlap


class Verdict(StrEnum):
    """What becomes of a request to run a job."""

    QUEUED = "queued"
    SKIPPED = "skipped"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Active:
    """An execution of the job that is queued, submitted or running."""

    execution_id: int
    status: Status


@dataclass(frozen=True, slots=True)
class Admission:
    """The judgement.

    held      it is queued behind what is active, and may not start yet
    replaces  the executions that have to give way: queued ones are cancelled, begun ones asked to stop
    reason    why it was skipped or refused, in words
    """

    verdict: Verdict
    held: bool = False
    replaces: tuple[int, ...] = ()
    reason: str | None = None


_ADMITTED = Admission(Verdict.QUEUED)
_HEAD = frozenset({Trigger.RETRY})
_UNATTENDED = frozenset({Trigger.SCHEDULER, Trigger.DEPENDENCY, Trigger.BACKFILL})


def admit(overlap: Overlap, active: list[Active], trigger: Trigger) -> Admission:
    """Judge one request to run a job whose active executions are `active`.

    The caller holds the lock of the job's state row, so that two judgements never see the same past.
    A retry takes the place that its predecessor leaves, so it is always queued, ahead of what waits.
    """
    if overlap is Overlap.ALLOW or not active:
        return _ADMITTED
    begun = [one for one in active if one.status is not Status.QUEUED]
    if trigger in _HEAD or overlap is Overlap.QUEUE_ALL:
        return Admission(Verdict.QUEUED, held=bool(begun) or trigger not in _HEAD)
    if overlap is Overlap.CANCEL_RUNNING:
        return Admission(Verdict.QUEUED, held=bool(begun), replaces=tuple(a.execution_id for a in active))
    if overlap is Overlap.QUEUE_ONE and len(begun) == len(active):
        return Admission(Verdict.QUEUED, held=True)
    return _refuse(active[0], trigger)


def _refuse(standing: Active, trigger: Trigger) -> Admission:
    state = "is waiting" if standing.status is Status.QUEUED else f"is {standing.status.value}"
    reason = f"execution {standing.execution_id} {state}"
    verdict = Verdict.SKIPPED if trigger in _UNATTENDED else Verdict.CONFLICT
    return Admission(verdict, reason=reason)
