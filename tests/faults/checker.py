"""The rules that hold whatever happens, checked from the tables and from what the jobs themselves noted."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import func, select

from rota.domain.execution import FINAL
from rota.domain.schedule import Schedule
from rota.executors.sweep import MARKER
from rota.store.database import Database
from rota.store.schema import executions, job_state, jobs, nodes
from tests.faults import agreement
from tests.servers.leftovers import MARK

Effects = list[dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """An execution as the tables have it."""

    id: int
    job: str
    overlap: str
    status: str
    reason: str | None
    trigger: str
    scheduled_for: datetime | None
    slot_first: datetime | None
    slot_count: int
    attempt: int
    first_id: int
    owner: int | None
    node_status: str | None
    started_at: datetime | None
    ended_at: datetime | None
    error_type: str | None
    error_message: str | None
    exit_code: int | None
    warning: str | None
    output_bytes: int
    output_dropped: int


def rows(db: Database, job: str | None = None) -> list[Row]:
    """The executions of one job or of all, the oldest first."""
    e = executions.c
    own = ("scheduled_for", "slot_first", "slot_count", "attempt")
    ended = (
        "started_at", "ended_at", "error_type", "error_message", "exit_code", "warning", "output_bytes",
        "output_dropped",
    )  # fmt: skip
    query = select(
        e.id, jobs.c.name, jobs.c.overlap, e.status, e.reason, e.trigger, *(e[name] for name in own),
        func.coalesce(e.first_id, e.id), e.owner, nodes.c.status, *(e[name] for name in ended),
    )  # fmt: skip
    query = query.join(jobs, jobs.c.id == e.job_id).outerjoin(nodes, nodes.c.id == e.owner).order_by(e.id)
    with db.read() as conn:
        found = conn.execute(query if job is None else query.where(jobs.c.name == job))
        return [Row(*tuple(row)) for row in found]


def noted(file: Path) -> Effects:
    """What the jobs noted, in order."""
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


@dataclass
class Ledger:
    """How executions stood whenever somebody looked: what was final must never change."""

    final: dict[int, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)

    def note(self, found: Iterable[Row]) -> None:
        """Look."""
        for row in found:
            before = self.final.get(row.id, row.status)
            if before != row.status:
                self.changed.append(f"execution {row.id} was {before} and is {row.status}")
            if row.status in FINAL:
                self.final[row.id] = row.status


def broken(found: list[Row], effects: Effects, db: Database) -> list[str]:
    """Which rules do not hold, in words. Every server has ended."""
    rules: tuple[Callable[[list[Row], Effects], Iterator[str]], ...] = (
        one_first_attempt_a_slot, attempts_without_holes, nothing_runs, no_overlap, effects_are_recorded,
        times_in_order,
    )  # fmt: skip
    of_rows = [problem for rule in rules for problem in rule(found, effects)]
    return [*of_rows, *every_slot_accounted_for(found, db), *agreement.broken(found, db)]


def one_first_attempt_a_slot(found: list[Row], effects: Effects) -> Iterator[str]:
    """One first attempt per slot."""
    slots = [(r.job, r.scheduled_for) for r in found if r.trigger == "scheduler" and r.attempt == 1]
    yield from (
        f"the slot {slot} has two first attempts" for slot in {s for s in slots if slots.count(s) > 1}
    )


def attempts_without_holes(found: list[Row], effects: Effects) -> Iterator[str]:
    """Attempts are 1..k."""
    ordered = sorted(found, key=lambda row: (row.first_id, row.attempt))
    for first_id, attempts in groupby(ordered, key=lambda row: row.first_id):
        numbers = [row.attempt for row in attempts]
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"execution {first_id} has the attempts {numbers}"


def nothing_runs(found: list[Row], effects: Effects) -> Iterator[str]:
    """No running row without a live owner; and here no owner lives any more."""
    yield from (
        f"execution {row.id} ({row.job}) is still running" for row in found if row.status == "running"
    )


def no_overlap(found: list[Row], effects: Effects) -> Iterator[str]:
    """No two executions of a job at a time, as the bodies themselves saw it."""
    alone = {row.job for row in found if row.overlap != "allow"}
    spans: dict[tuple[str, int], tuple[float, float]] = {}
    for one in effects:
        key = one["job"], one["execution"]
        spans[key] = spans.get(key, (one["at"],))[0], one["at"]
    for job in alone:
        seen = sorted((span, execution) for (name, execution), span in spans.items() if name == job)
        for ((_, until), first), ((since, _), second) in pairwise(seen):
            if since < until:
                yield f"{job}: {first} was alive {until - since:.3f} s after {second} had begun"


def effects_are_recorded(found: list[Row], effects: Effects) -> Iterator[str]:
    """What a body saw of itself is what is recorded: it began once, and ended where it is said to have ended."""
    begun = [one["execution"] for one in effects if one["what"] == "begin"]
    done = {one["execution"] for one in effects if one["what"] == "end" and one["how"] == "done"}
    noting = {one["job"] for one in effects}
    known = {row.id: row for row in found}
    yield from (f"execution {id_} ran and is not recorded" for id_ in set(begun) - set(known))
    yield from (
        f"execution {id_} began {begun.count(id_)} times" for id_ in set(begun) if begun.count(id_) > 1
    )
    for row in found:
        if row.job not in noting:
            continue
        if row.status == "succeeded" and row.id not in done:
            yield f"execution {row.id} ({row.job}) is recorded as succeeded and did not end so"
        if row.status in ("failed", "timed_out") and row.id not in begun:
            yield f"execution {row.id} ({row.job}) is recorded as {row.status} and never began"
        if row.id in begun and row.started_at is None:
            yield f"execution {row.id} ({row.job}) began and is recorded as {row.status} without a beginning"


def times_in_order(found: list[Row], effects: Effects) -> Iterator[str]:
    """Nothing ends before it begins."""
    for row in found:
        if row.started_at and row.ended_at and row.ended_at < row.started_at:
            yield f"execution {row.id} ended at {row.ended_at}, before {row.started_at}"


def every_slot_accounted_for(found: list[Row], db: Database) -> Iterator[str]:
    """Each slot of an interval has a row, or is counted in one; and what comes next is after the last."""
    state, job = job_state.c, jobs.c
    query = select(
        job.name, job.schedule_type, job.resolved_expression, state.last_slot, state.next_run, job.is_enabled
    )
    with db.read() as conn:
        stands = conn.execute(query.join(job_state, state.job_id == job.id)).all()
    for name, kind, expression, last, upcoming, enabled in stands:
        planned = [r for r in found if r.job == name and r.trigger == "scheduler" and r.attempt == 1]
        if kind != "interval" or not planned:
            continue
        first = min(filter(None, (row.slot_first or row.scheduled_for for row in planned)))
        expected = Schedule(kind, expression).count(first - timedelta(microseconds=1), last).n
        counted = sum(row.slot_count for row in planned)
        if counted != expected:
            yield f"{name} had {expected} slots from {first} to {last}, and {counted} are accounted for"
        if enabled and upcoming is not None and upcoming <= last:
            yield f"{name} has its next run at {upcoming}, not after its last slot"


def alive(mark: str) -> list[str]:
    """The processes of runners that these tests started and that live."""
    found = []
    for process in psutil.process_iter():
        try:
            environ = process.environ()
            if environ.get(MARK) == mark and MARKER in environ and process.status() != psutil.STATUS_ZOMBIE:
                found.append(f"process {process.pid} is alive: {' '.join(process.cmdline())}")
        except psutil.Error:
            continue
    return found
