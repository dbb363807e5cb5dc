"""What is told of a run that was asked for: that it waits, how it went."""

from typing import TYPE_CHECKING

from rota.cli.session import Session

if TYPE_CHECKING:
    from rota.app import Rota
    from rota.client.remote import Remote
    from rota.domain.execution import Execution
    from rota.domain.job import Job

WAITS = "No live node can take it yet: it waits until one does (`rota serve`)."


def print_queued(session: Session, rota: "Rota | Remote", job: "Job", execution_id: int) -> None:
    """Say that a run waits, and whether anybody is there to take it."""
    from rota.cli.show_executions import execution_json

    told = f"✓ {job.name} is queued as execution {execution_id}."
    session.screen.one(execution_json(rota.executions.get(execution_id)), [("", told)], name=execution_id)
    if not rota.presence.takers(job):
        session.screen.note(WAITS)


def print_ended(session: Session, rota: "Rota | Remote", ended: "Execution") -> None:
    """Message, items and duration; the error and what follows when it failed."""
    from rota.cli.show_executions import MARKS, execution_json, items, outcome
    from rota.cli.table import Cell
    from rota.cli.words import milliseconds

    mark, style = MARKS[ended.status]
    took = f" in {milliseconds(ended.duration_ms)}" if ended.duration_ms is not None else ""
    fields: list[tuple[str, Cell | str]] = [
        (ended.job_name, Cell(f"{mark} {ended.status.value.replace('_', ' ')}{took}", style)),
        ("message", outcome(ended)),
        ("items", items(ended)),
        ("warning", Cell(ended.warning or "", "yellow")),
        ("execution", str(ended.id)),
    ]
    session.screen.one(execution_json(ended), fields, name=ended.id)
    if ended.status != "succeeded":
        session.screen.note(f"See `rota executions show {ended.id}` and `rota executions logs {ended.id}`.")
        _tell_retry(session, rota, ended)


def _tell_retry(session: Session, rota: "Rota | Remote", ended: "Execution") -> None:
    from rota.domain.execution import ACTIVE
    from rota.store.history import Filter

    for one in rota.executions.search(Filter(job_id=ended.job_id, statuses=ACTIVE)):
        if one.first_id == ended.first_id and one.not_before is not None:
            session.screen.note(
                f"It is tried again {session.screen.when(one.not_before)}, as execution {one.id}."
            )
