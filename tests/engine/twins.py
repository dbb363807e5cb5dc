"""The same script on SQLite and on PostgreSQL: every step must come to the same end on both."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from rota.domain.attempt import Attempt
from rota.domain.errors import RotaError
from rota.domain.execution import Execution, Status
from rota.domain.job import JobPatch
from tests.clock import MovableClock
from tests.engine.invariants import Invariants
from tests.servers.copies import copied_sqlite, empty
from tests.world import ANA, World

TIMING = {"schedule_type", "schedule_expression", "is_enabled"}


class Twin:
    """One of the two: a world, what its nodes have claimed, and the invariants."""

    def __init__(self, url: str, clock: MovableClock) -> None:
        self.world = World(url, clock)
        self.invariants = Invariants(self.world)
        self.nodes = [self.world.node]
        self.claimed: list[tuple[Attempt, int]] = []

    def add_job(self, name: str, **fields: Any) -> str:
        """Make a job; its schedule and policy are watched from now on."""
        job = self.world.add_job(name, **fields)
        self.invariants.policies[job.id] = job.overlap
        if job.is_enabled:
            self.invariants.steady.add(job.id)
        return job.name

    def update(self, name: str, **changes: Any) -> int:
        """Change a job. Returns its version."""
        job = self.world.jobs.get(name)
        after = self.world.jobs.update(name, JobPatch(**changes), ANA)
        if TIMING & set(changes):
            self.invariants.steady.discard(job.id)
        if after.overlap is not job.overlap:
            self.invariants.policies.pop(job.id, None)
        return after.version

    def forget_schedule(self, name: str) -> None:
        """The job was switched off for a while: those slots are nobody's."""
        self.invariants.steady.discard(self.world.jobs.get(name).id)

    def claim(self, idle: int, node: int) -> int:
        """A node claims. Returns how many."""
        owner = self.nodes[node % len(self.nodes)]
        found = self.world.claim(idle, node=owner, busy=sum(at == owner for _, at in self.claimed))
        self.claimed += [(attempt, owner) for attempt in found]
        return len(found)

    def end(self, which: int, status: Status, **fields: Any) -> bool | None:
        """The owner ends one of what is claimed, which may have been declared lost meanwhile."""
        if not self.claimed:
            return None
        attempt, owner = self.claimed.pop(which % len(self.claimed))
        return self.world.end(attempt, status, node=owner, **fields)

    def end_by_another(self, which: int) -> None:
        """A node that does not own it tries to end it: nothing may change."""
        if self.claimed:
            attempt, owner = self.claimed[which % len(self.claimed)]
            before = self.script()
            assert not self.world.end(attempt, Status.FAILED, node=owner + 1000)
            assert self.script() == before

    def cancel(self, which: int) -> str | None:
        """Cancel any execution. Returns how it stands then."""
        rows = self.world.history()
        return self.world.executions.cancel(rows[which % len(rows)].id, ANA).status if rows else None

    def retry(self, which: int) -> int | None:
        """Try any execution again."""
        rows = self.world.history()
        return self.world.executions.retry(rows[which % len(rows)].id, ANA) if rows else None

    def die(self, which: int) -> int:
        """A node dies and is found dead; another one starts. What it ran may still be ended by its ghost."""
        dead = self.nodes.pop(which % len(self.nodes))
        self.world.kill(dead)
        lost = self.world.reap().executions
        self.invariants.nothing_runs_without_an_owner()
        self.nodes.append(self.world.add_node())
        return lost

    def script(self) -> list[tuple[Any, ...]]:
        """Every execution as (job, slot, attempt, status, ...), in the order in which they were written."""
        return [_told(row) for row in self.world.history()]


def _told(row: Execution) -> tuple[Any, ...]:
    return (row.job_name, row.scheduled_for, row.attempt, row.status.value, row.trigger.value, row.slot_count,
            row.slot_first, row.hold, row.not_before, row.reason)  # fmt: skip


class Twins:
    """Both, on one clock."""

    def __init__(self, folder: Path, template: Path, postgres: str) -> None:
        self.clock = MovableClock()
        empty(postgres)
        urls = (copied_sqlite(template, folder / "twin.db"), postgres)
        self.both = [Twin(url, self.clock) for url in urls]

    def do(self, step: Callable[[Twin], object]) -> object:
        """Take a step on both; it has to come to the same end. Returns that end."""
        ends = [_end(step, twin) for twin in self.both]
        assert ends[0] == ends[1]
        return ends[0]

    def check(self) -> None:
        """All invariants of both, and that both tell the same history."""
        for twin in self.both:
            twin.invariants.check()
        ours, theirs = (twin.script() for twin in self.both)
        assert [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b] == []

    def close(self) -> None:
        """Close both."""
        for twin in self.both:
            with suppress(RotaError):
                twin.world.close()


def _end(step: Callable[[Twin], object], twin: Twin) -> object:
    """What a step returns, or the code of its refusal."""
    try:
        return step(twin)
    except RotaError as refused:
        return refused.code
