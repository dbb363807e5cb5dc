"""What must hold after every step of any history, checked from the tables."""

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row, select

from rota.domain.execution import FINAL, Status
from rota.domain.job import Job, Overlap
from rota.store.schema import executions, job_state, jobs, nodes, rollups
from tests.world import World

INSTANT = timedelta(microseconds=1)
MOST_ACTIVE = {Overlap.SKIP: 1, Overlap.QUEUE_ONE: 2, Overlap.CANCEL_RUNNING: 2}
RUN = (Status.SUCCEEDED, Status.FAILED, Status.TIMED_OUT, Status.LOST)

History = dict[int, list[Row[Any]]]


class Invariants:
    """Remembers what was final, so that it may not change.

    steady    the jobs, by id, whose schedule and switches were never changed, though they may have been paused
    policies  the one overlap policy that a job has always had, by id
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.steady: set[int] = set()
        self.policies: dict[int, Overlap] = {}
        self._final: dict[int, tuple[str, datetime]] = {}
        self._last_slots: dict[int, datetime] = {}

    def check(self) -> None:
        """Raises AssertionError, with the job or execution at fault."""
        with self.world.db.read() as conn:
            history: History = defaultdict(list)
            for row in conn.execute(select(executions).order_by(executions.c.id)):
                history[row.job_id].append(row)
            states = {row.job_id: row for row in conn.execute(select(job_state))}
            deleted = set(conn.execute(select(jobs.c.id).where(jobs.c.deleted_at.is_not(None))).scalars())
            self._counters_agree(conn, history, states)
        for job_id, rows in history.items():
            _one_first_attempt_per_slot(rows)
            _attempts_without_holes(rows)
            self._final_statuses_never_change(rows)
            self._no_overlap_where_forbidden(job_id, rows)
            assert job_id not in deleted or not any(row.status == Status.QUEUED for row in rows), job_id
        for job in self.world.jobs.search(size=10**6):
            self._every_slot_is_accounted_for(job, history[job.id])
            self._next_run_is_ahead_or_in_the_backlog(job)
            _nothing_waits_for_ever(job, history[job.id])

    def nothing_runs_without_an_owner(self) -> None:
        """To be checked after reaping."""
        query = select(executions.c.id).join(nodes, nodes.c.id == executions.c.owner)
        with self.world.db.read() as conn:
            gone = (executions.c.status == Status.RUNNING, nodes.c.status == "gone")
            assert conn.execute(query.where(*gone)).all() == []

    def _final_statuses_never_change(self, rows: list[Row[Any]]) -> None:
        for row in rows:
            stood = self._final.get(row.id)
            assert stood in (None, (row.status, row.ended_at)), row
            if row.status in FINAL:
                self._final[row.id] = (row.status, row.ended_at)

    def _no_overlap_where_forbidden(self, job_id: int, rows: list[Row[Any]]) -> None:
        policy = self.policies.get(job_id)
        if policy is None or policy is Overlap.ALLOW:
            return
        active = [row for row in rows if row.status not in FINAL]
        assert sum(row.status == Status.RUNNING for row in active) <= 1, active
        assert len(active) <= MOST_ACTIVE.get(policy, len(active)), active

    def _every_slot_is_accounted_for(self, job: Job, rows: list[Row[Any]]) -> None:
        """By one row, or in the count of one; the rows do not meet, and there is no hole between them."""
        slots = sorted(_slots(rows))
        for (_, last, _), (first, _, _) in pairwise(slots):
            assert last < first, (job.name, slots)
        if job.id not in self.steady or not slots:
            return
        assert slots[-1][1] == job.last_slot, (job.name, slots, job.last_slot)
        told = sum(count for _, _, count in slots)
        assert told == job.schedule.count(slots[0][0] - INSTANT, slots[-1][1]).n, (job.name, slots)

    def _next_run_is_ahead_or_in_the_backlog(self, job: Job) -> None:
        last = job.last_slot
        before = self._last_slots.get(job.id)
        assert before is None or (last is not None and last >= before), (job.name, before, last)
        if last is not None:
            self._last_slots[job.id] = last
        if not job.is_enabled or job.paused_at is not None:
            assert job.next_run is None, job
        elif job.next_run is None:
            since = max(self.world.clock.now(), last or self.world.clock.now())
            assert job.schedule.next_after(since) is None, job
        else:
            assert last is None or job.next_run > last, job

    def _counters_agree(self, conn: Connection, history: History, states: dict[int, Row[Any]]) -> None:
        told: dict[tuple[int, str], int] = defaultdict(int)
        for job_id, rows in history.items():
            ended = [row for row in rows if row.status in FINAL and row.owner is not None]
            state = states[job_id]
            assert state.runs == len(ended), job_id
            assert state.successes == sum(row.status == Status.SUCCEEDED for row in ended), job_id
            assert state.failures == sum(row.status in RUN[1:] for row in ended), job_id
            for row in rows:
                if row.status in RUN:
                    told[job_id, row.status] += 1
        counted: dict[tuple[int, str], int] = defaultdict(int)
        for row in conn.execute(select(rollups).where(rollups.c.status.in_(RUN))):
            counted[row.job_id, row.status] += row.n
        assert counted == told


def _slots(rows: list[Row[Any]]) -> list[tuple[datetime, datetime, int]]:
    """(first, last, count) of each row that the scheduler made."""
    made = [row for row in rows if row.scheduled_for is not None and row.attempt == 1]
    return [(row.slot_first or row.scheduled_for, row.scheduled_for, row.slot_count) for row in made]


def _one_first_attempt_per_slot(rows: list[Row[Any]]) -> None:
    first = [row.scheduled_for for row in rows if row.attempt == 1 and row.scheduled_for is not None]
    assert len(first) == len(set(first)), first


def _attempts_without_holes(rows: list[Row[Any]]) -> None:
    groups: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        groups[row.first_id or row.id].append(row)
    for attempts in groups.values():
        assert [row.attempt for row in attempts] == list(range(1, len(attempts) + 1)), attempts
        assert all(row.status in FINAL for row in attempts[:-1]), attempts


def _nothing_waits_for_ever(job: Job, rows: list[Row[Any]]) -> None:
    """What waits behind another has that other; what is held with its job has a job that is held."""
    active = [row for row in rows if row.status not in FINAL]
    held = not job.is_enabled or job.paused_at is not None
    if not held:
        assert not any(row.hold == "job" for row in active), (job.name, active)
        assert not active or any(row.hold is None for row in active), (job.name, active)
