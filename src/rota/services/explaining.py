"""Why a job is, or is not, running: one checklist, the same from every face."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rota.domain.clock import Clock
from rota.domain.errors import RotaError
from rota.domain.execution import ACTIVE, Execution, Status
from rota.domain.job import Job, JobStatus, Overlap
from rota.domain.kinds import Kind
from rota.domain.words import milliseconds, relative, rough
from rota.services.jobs import require
from rota.services.presence import Presence, Seen
from rota.store import history, nodes, settings, submissions
from rota.store.database import Database
from rota.store.nodes import DRAINING

MOMENT = timedelta(seconds=5)
"""What is due for less than this is only about to be planned."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist.

    name  what was looked at, a stable word for programs
    ok    whether it lets the job run
    text  what was found
    fix   what to do about it, or None
    """

    name: str
    ok: bool
    text: str
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a job stands: a sentence or two, and the checklist behind it. running: the execution of it that runs"""

    job: Job
    status: str
    items: tuple[Item, ...]
    running: int | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing is in the way of its next run."""
        return all(item.ok for item in self.items)


class Explaining:
    """Explains jobs."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db, self.clock, self.presence = db, clock, Presence(db, clock)

    def job(self, reference: str | int) -> Explanation:
        """Explain one job. Raises NotFound."""
        now = self.clock.now()
        with self.db.read() as conn:
            job = require(conn, reference)
            active = history.listing(conn, history.Filter(job_id=job.id, statuses=ACTIVE), 20)
            held = settings.is_held(conn)
            knowing = self.presence.knowing(conn, job.task_name)
            drained = self.presence.knowing(conn, job.task_name, DRAINING)
            away = submissions.told_away(conn)
        seen = self.presence.nodes()
        items = (
            _enabled(job),
            _paused(job, now),
            *_held(held),
            _future(job, now),
            _scheduler(seen),
            _worker(job, knowing, drained, active),
            *_broker(job, knowing, away),
            _overlap(job, active),
            *_retries(active, now),
            _problem(job),
        )
        running = next((one.id for one in reversed(active) if one.status is Status.RUNNING), None)
        return Explanation(job, status_sentence(job, active, now), items, running)


def status_sentence(job: Job, active: list[Execution], now: datetime) -> str:
    """ "Enabled. Every day at 02:00, UTC. Next in 11 h. Last run 13 h ago, succeeded in 41 s." """
    parts = [_standing(job, now)]
    try:
        parts.append(job.schedule.explain())
    except RotaError as problem:
        parts.append(str(problem))
    running = [one for one in active if one.status is not Status.QUEUED]
    if running:
        since = (
            f" for {rough((now - running[-1].started_at).total_seconds())}" if running[-1].started_at else ""
        )
        parts.append(f"Execution {running[-1].id} is running{since}")
    elif active:
        parts.append(f"Execution {active[-1].id} is waiting")
    if job.next_run is not None:
        parts.append(f"Next at {_time(job.next_run)}, {relative(job.next_run, now)}")
    parts.append(_last(job, now))
    return ". ".join(parts) + "."


def _standing(job: Job, now: datetime) -> str:
    match job.status:
        case JobStatus.ACTIVE:
            return "Enabled"
        case JobStatus.PAUSED:
            until = f" until {_time(job.paused_until)}" if job.paused_until else ""
            why = f" ({job.pause_reason})" if job.pause_reason else ""
            return f"Paused by {job.paused_by}{until}{why}"
        case JobStatus.PROBLEM:
            return f"It has a problem: {job.problem}"
        case JobStatus.VANISHED:
            return "No live node declares it any more"
        case _:
            return job.status.value.capitalize()


def _last(job: Job, now: datetime) -> str:
    if job.last_status is None or job.last_run is None:
        return "It never ran"
    took = f" in {milliseconds(job.last_duration_ms)}" if job.last_duration_ms else ""
    return f"Last run {relative(job.last_run, now)}, {job.last_status.replace('_', ' ')}{took}"


def _problem(job: Job) -> Item:
    if job.status is JobStatus.VANISHED:
        fix = f"start a node of application {job.app}, or delete its code for good"
        return Item("problem", False, f"no live node declares the job any more ({job.source})", fix)
    if job.problem:
        return Item(
            "problem", False, f"it has a problem: {job.problem}", "mend it, then save its schedule again"
        )
    return Item("problem", True, "its definition has no problem")


def _enabled(job: Job) -> Item:
    if job.is_enabled:
        return Item("enabled", True, "it is enabled")
    return Item("enabled", False, "it is disabled", f"`rota jobs enable {job.name}`")


def _paused(job: Job, now: datetime) -> Item:
    if job.paused_at is None:
        return Item("paused", True, "it is not paused")
    why = f": {job.pause_reason}" if job.pause_reason else ""
    until = f"; resumes {relative(job.paused_until, now)}" if job.paused_until else ""
    text = f"it was paused by {job.paused_by} {relative(job.paused_at, now)}{why}{until}"
    return Item("paused", False, text, f"`rota jobs resume {job.name}`")


def _held(held: bool) -> list[Item]:
    fix = "`rota config set hold_all false`"
    return [Item("hold_all", False, "nothing starts anywhere: hold_all is set", fix)] if held else []


def _future(job: Job, now: datetime) -> Item:
    if job.schedule_type == Kind.MANUAL:
        return Item("schedule", True, "it runs only when it is asked for", f"`rota jobs run {job.name}`")
    if job.next_run is not None:
        if job.next_run < now - MOMENT:
            late = rough((now - job.next_run).total_seconds())
            return Item(
                "schedule", False, f"it was due {late} ago and nobody has planned it", "see the scheduler"
            )
        return Item("schedule", True, f"it is due at {_time(job.next_run)}, {relative(job.next_run, now)}")
    if job.status in (JobStatus.ACTIVE, JobStatus.FINISHED):
        fix = f"`rota jobs update {job.name} --schedule …` gives it another"
        return Item("schedule", False, "its schedule has no further fire", fix)
    return Item("schedule", True, "its next fire is set once the above is mended")


def _scheduler(seen: list[Seen]) -> Item:
    schedulers = [one for one in seen if one.node.role == "scheduler"]
    alive = [one for one in schedulers if one.is_alive and one.node.status != DRAINING]
    if alive:
        return Item("scheduler", True, f"a scheduler is alive: {alive[-1].told}")
    if drained := [one for one in schedulers if one.is_alive]:
        text = f"the scheduler is draining: {drained[-1].told}"
        return Item("scheduler", False, text, f"`rota nodes undrain {drained[-1].node.name}`")
    if schedulers:
        silent = rough(min(one.silent for one in schedulers).total_seconds())
        return Item("scheduler", False, f"the scheduler has been silent for {silent}", "`rota serve`")
    return Item("scheduler", False, "no scheduler is running", "`rota serve`")


def _worker(job: Job, knowing: list[Seen], drained: list[Seen], active: list[Execution]) -> Item:
    serving, away = (
        [one for one in some if nodes.serves(one.node.queues, job.task_queue)] for some in (knowing, drained)
    )
    if serving:
        return Item("worker", True, f"{serving[-1].told} knows its task and serves queue {job.task_queue}")
    if away:
        text = f"the node that would run it is draining: {away[-1].told}"
        return Item("worker", False, text, f"`rota nodes undrain {away[-1].node.name}`")
    if not knowing:
        fix = f"start a node that loads it: `rota serve -m MODULE`; `rota tasks show {job.task_name}` says where"
        return Item("worker", False, f"no live node knows task {job.task_name}", fix)
    waits = sum(one.status is Status.QUEUED for one in active)
    text = f"no live node that knows task {job.task_name} serves queue {job.task_queue}"
    text += f" ({waits} waiting)" if waits else ""
    return Item("worker", False, text, f"start one with ROTA_QUEUES={job.task_queue}=local, or `*=local`")


def _broker(job: Job, knowing: list[Seen], away: list[dict[str, Any]]) -> list[Item]:
    if not away or not any(
        one.is_celery and nodes.serves(one.node.queues, job.task_queue) for one in knowing
    ):
        return []
    text = f"{away[0]['problem']} (since {away[0]['since']}); its executions wait"
    return [Item("broker", False, text, "see that the broker runs; everything goes out once when it answers")]


def _overlap(job: Job, active: list[Execution]) -> Item:
    if not active:
        return Item("overlap", True, "no other execution of it is active")
    one = active[-1]
    state = "waiting" if one.status is Status.QUEUED else one.status.value
    if one.hold is not None:
        state += f", held for its {one.hold}"
    if job.overlap is Overlap.ALLOW:
        return Item("overlap", True, f"execution {one.id} is {state}; executions of it may overlap")
    fix = f"wait for it, or `rota executions cancel {one.id}`"
    return Item("overlap", False, f"execution {one.id} is {state}; overlap is {job.overlap.value}", fix)


def _retries(active: list[Execution], now: datetime) -> list[Item]:
    waiting = [
        one for one in active if one.attempt > 1 and one.not_before is not None and one.not_before > now
    ]
    return [
        Item("retry", True, f"attempt {one.attempt} waits until {_time(one.not_before)} (execution {one.id})")
        for one in waiting
        if one.not_before is not None
    ]


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
