"""Writes the demo: jobs, people, what was done, and three months of executions with all that is counted of them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection

from rota.domain.actor import Actor
from rota.domain.attempt import Line
from rota.domain.clock import Clock
from rota.domain.execution import UNSUCCESSFUL, Status
from rota.domain.histogram import bucket
from rota.domain.job import Overlap
from rota.domain.permission import Role
from rota.services.accounts import Accounts
from rota.services.demo import words
from rota.services.demo.cast import CAST, TASK
from rota.services.demo.past import SPAN, Past, Story, history
from rota.services.demo.telling import tell
from rota.store import activity, audit, jobs, logs, nodes, past, rollups, settings, state
from rota.store.database import Database
from rota.store.jobs import Filter
from rota.store.nodes import Node

MARK = "demo"
"""The setting that tells a demo from every other database."""
KEPT = timedelta(days=30)
"""What succeeded before is deleted, as retention does; it is still counted."""
SPEAKING = 12
"""The newest executions of each job whose output is kept, besides those that failed."""
HELD, HOLD = "search_reindex", timedelta(hours=20)
"""The job that is paused, and for how long already."""
RETIRED, SINCE = "legacy_export", timedelta(days=12.4)
"""The job that is switched off, and since when."""
ENDED = {HELD: HOLD, RETIRED: SINCE}
LONGEST = 90.0
"""Seconds that a job of the demo takes at most when it is really run."""
PEOPLE = (("maria", Role.ADMIN), ("luca", Role.OPERATOR), ("vera", Role.VIEWER))


@dataclass(frozen=True, slots=True)
class Then:
    """The clock as it was when everything began."""

    clock: Clock

    def now(self) -> datetime:
        """The present instant, three months ago."""
        return self.clock.now() - SPAN

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        return self.clock.monotonic()


class Demo:
    """Fills an empty database of this version's schema."""

    def __init__(self, db: Database, clock: Clock, accounts: Accounts) -> None:
        self.db, self.clock, self.accounts = db, clock, accounts

    def fill(self, seed: int, password: str) -> int:
        """Write all of it, in one transaction. Returns how many executions.

        seed      the same one makes the same history
        password  with which maria, the administrator, can log in
        """
        chance, now = Random(seed), self.clock.now()
        machine = Actor("system", "cli")
        for name, role in PEOPLE:
            self.accounts.create(name, role, machine, password=password if role is Role.ADMIN else None)
        with self.db.write() as conn:
            story = Story(now - SPAN, now, _outages(now), [name for name, _ in PEOPLE[:2]])
            found = self._jobs(conn, story)
            ran = (one for part in CAST for one in history(part, story, chance))
            told = sorted(
                (one for one in ran if one.queued_at < now - ENDED.get(one.part.spec.name, timedelta())),
                key=lambda one: (one.queued_at, one.attempt),
            )
            staff = _nodes(conn, story)
            _count(conn, told, found, staff)
            kept = _kept(told, now)
            _write(conn, kept, found, staff, chance)
            _deeds(conn, now, kept)
            tell(conn, story.since, now)
            settings.put(conn, MARK, {"seed": seed, "made_at": now.isoformat()})
        return len(kept)

    def _jobs(self, conn: Connection, story: Story) -> dict[str, int]:
        """The jobs, made three months ago. Returns their ids by name."""
        found = {}
        for job in jobs.listing(conn, Filter()):
            found[job.name] = job.id
            if job.next_run is not None:
                jobs.set_next(conn, job.id, job.schedule.next_after(story.now), story.now)
        for part in CAST:
            if part.spec.name in found:
                continue
            # Served, they take about as long as they did, as far as one wants to wait.
            length = {"seconds": min(part.seconds, LONGEST)} if part.spec.task_name == TASK else {}
            spec = part.spec.model_copy(update={"task_kwargs": part.spec.task_kwargs | length})
            job_id = jobs.insert_job(
                conn, spec, by="maria", at=story.since, resolved_expression=spec.schedule_expression
            )
            found[spec.name] = job_id
            if spec.is_enabled:
                jobs.set_next(conn, job_id, spec.schedule.next_after(story.now), story.now)
        until, since = story.now + timedelta(days=2), story.now - HOLD
        held = {"paused_at": since, "paused_by": "maria", "paused_until": until,
                "pause_reason": "the index is being moved"}  # fmt: skip
        jobs.change(conn, found[HELD], held, by="maria", at=since)
        jobs.set_next(conn, found[HELD], None)
        return found


def _outages(now: datetime) -> list[tuple[datetime, datetime]]:
    """When no scheduler ran: a night two months ago, and half an hour of this one."""
    night, today = now - timedelta(days=57, hours=now.hour - 1), now - timedelta(hours=10, minutes=24)
    return [(night, night + timedelta(hours=2, minutes=10)), (today, today + timedelta(minutes=31))]


def _nodes(conn: Connection, story: Story) -> list[int]:
    """Two machines that ran it all, and have stopped meanwhile. Returns their ids."""
    found = [
        nodes.register(conn, Node(
            name=name, role="agent", host=name, pid=pid, pid_started=0.0, version="0.1.0", registered_at=story.since,
            beat_at=story.now, queues=("*",), slots=8,
        ))
        for name, pid in (("node-1", 812), ("node-2", 20_417))
    ]  # fmt: skip
    past.retire(conn, found, story.now)
    return found


def _kept(told: Sequence[Past], now: datetime) -> list[Past]:
    """What retention has left, numbered by time; attempts are left together."""
    left = {id(one.first or one) for one in told if one.queued_at >= now - KEPT or one.status in UNSUCCESSFUL}
    kept = [one for one in told if id(one.first or one) in left]
    for number, one in enumerate(kept, 1):
        one.id = number
    return kept


def _count(conn: Connection, told: Iterable[Past], found: dict[str, int], staff: Sequence[int]) -> None:
    """All that is counted of executions when they end."""
    counts: dict[rollups.Key, list[int]] = defaultdict(lambda: [0, 0, 0])
    spans: Counter[activity.Key] = Counter()
    tallies: dict[int, state.Tally] = {}
    for one in told:
        assert one.ended_at is not None
        job_id, node, ms = found[one.part.spec.name], staff[one.node], round(one.seconds * 1000)
        hour = one.ended_at.replace(minute=0, second=0, microsecond=0)
        n = counts[job_id, hour, node, one.status.value, bucket(ms)]
        n[0], n[1], n[2] = n[0] + one.slot_count, n[1] + (one.attempt > 1), n[2] + ms
        first, last = one.slot_first or one.ended_at, one.scheduled_for if one.slot_first else one.ended_at
        for at, many in activity.spread(first, last or first, one.slot_count).items():
            spans[at, node, one.status.value] += many
        if one.started_at is not None:
            tally = tallies.setdefault(job_id, state.Tally(one.started_at, one.status, ms))
            tally.last_run, tally.last_status, tally.last_duration_ms = one.started_at, one.status, ms
            tally.runs, tally.total_ms = tally.runs + 1, tally.total_ms + ms
            tally.successes += one.status is Status.SUCCEEDED
            tally.failures += one.status in UNSUCCESSFUL
    rollups.add(conn, {key: (n, again, ms) for key, (n, again, ms) in counts.items()})
    activity.add(conn, dict(spans))
    state.count(conn, tallies)


def _write(
    conn: Connection, kept: Sequence[Past], found: dict[str, int], staff: Sequence[int], chance: Random
) -> None:
    base, said = past.newest(conn), _said(kept, chance)
    past.write(
        conn,
        [
            _row(one, base, found[one.part.spec.name], staff[one.node], said.get(one.id, ()), chance)
            for one in kept
        ],
    )
    for number, lines in said.items():
        logs.add(conn, [(base + number, line) for line in lines])


def _said(kept: Sequence[Past], chance: Random) -> dict[int, list[Line]]:
    """The output that is kept: of the newest executions of each job, and of all that went wrong."""
    said: dict[int, list[Line]] = {}
    speaking: Counter[str] = Counter()
    for one in reversed(kept):
        name = one.part.spec.name
        if one.started_at is not None and (speaking[name] < SPEAKING or one.status is not Status.SUCCEEDED):
            speaking[name] += 1
            said[one.id] = list(words.lines(one, chance))
    return said


def _row(
    one: Past, base: int, job_id: int, node: int, said: Sequence[Line], chance: Random
) -> dict[str, Any]:
    ran = one.started_at is not None
    error, spec = one.error, one.part.spec
    return {
        "id": base + one.id, "job_id": job_id, "version": 1, "first_id": base + one.first.id if one.first else None,
        "attempt": one.attempt, "status": one.status, "reason": _reason(one), "trigger": one.trigger,
        "triggered_by": one.by, "scheduled_for": one.scheduled_for, "slot_first": one.slot_first,
        "slot_count": one.slot_count, "queue": spec.task_queue, "rank": spec.task_priority * 2 + 1,
        "exclusive": spec.overlap is not Overlap.ALLOW, "queued_at": one.queued_at, "started_at": one.started_at,
        "ended_at": one.ended_at, "duration_ms": round(one.seconds * 1000) if ran else None,
        "owner": node if ran else None, "error_type": error.kind if error else None,
        "error_message": error.message if error else None, "stack_trace": words.trace(error) if error else None,
        "message": words.message(one), "result": words.result(one), "items_processed": one.items,
        "items_failed": one.items_failed,
        "peak_memory_mb": round(40 + (one.part.many % 300) * chance.uniform(0.8, 1.2), 1) if ran else None,
        "cpu_seconds": round(one.seconds * chance.uniform(0.04, 0.4), 2) if ran else None,
        "output_bytes": sum(len(line.text) + 1 for line in said),
    }  # fmt: skip


def _reason(one: Past) -> str | None:
    if one.status is Status.TIMED_OUT:
        return f"it ran longer than its timeout of {one.part.spec.timeout:g} s"
    return one.reason


def _deeds(conn: Connection, now: datetime, kept: Sequence[Past]) -> None:
    """What people did, by time, as the audit log has it."""
    done: list[tuple[datetime, Actor, str, str, dict[str, Any]]] = [
        (one.queued_at, Actor(one.by, "web", address="10.1.4.17"), "job.execute", f"job:{one.part.spec.name}",
         {"after": {"force": False}})
        for one in kept
        if one.by in dict(PEOPLE)
    ]  # fmt: skip
    maria, luca = Actor("maria", "web", address="10.1.4.17"), Actor("luca", "cli", address="10.1.4.22")
    vera = Actor("vera", "web", Role.VIEWER, address="10.1.4.31")
    for by, action, target, days, details in (
        (luca, "job.update", "database_backup", 5.1, {"before": {"timeout": 1800}, "after": {"timeout": 2700}}),
        (maria, "job.disable", RETIRED, SINCE / timedelta(days=1),
         {"before": {"is_enabled": True}, "after": {"is_enabled": False}}),
        (luca, "job.update", "license_sync", 40.3, {"before": {"max_retries": 1}, "after": {"max_retries": 3}}),
        (maria, "job.pause", "search_reindex", 0.83, {"reason": "the index is being moved"}),
        (vera, "denied", "newsletter", 2.2,
         {"after": {"attempted": "job.execute"}, "reason": "this needs the role operator, and yours is viewer"}),
    ):  # fmt: skip
        done.append((now - timedelta(days=days), by, action, f"job:{target}", details))
    for at, by, action, target, details in sorted(done, key=lambda one: one[0]):
        audit.record(conn, by, action, target, at=at, **details)
