"""Executions: asked for, read, cancelled, tried again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from rota.domain.actor import Actor
from rota.domain.admission import Verdict, admit
from rota.domain.attempt import Line
from rota.domain.clock import Clock
from rota.domain.consequence import POISON
from rota.domain.errors import Conflict, NotFound, Unavailable
from rota.domain.execution import Execution, Status, Trigger
from rota.domain.job import Job, JobStatus, Overlap
from rota.domain.permission import Action
from rota.domain.secret import masked
from rota.services import arguments
from rota.services.giving_way import give_way
from rota.services.jobs import require
from rota.services.rights import acting
from rota.services.vault import Vault
from rota.store import audit, history, logs, requests, state, versions, waiting
from rota.store import executions as table
from rota.store.database import Database


@dataclass(frozen=True, slots=True)
class Once:
    """A request that its sender may send again, to be sure that it arrived.

    key          a word of the sender's own, his for a day
    fingerprint  what is asked for; another request under the same key is a mistake
    """

    key: str
    fingerprint: str

    def begin(self, conn: Connection, by: Actor, now: datetime) -> int | None:
        """Note the request; or the execution that it made before. Raises Conflict."""
        before = requests.begin(conn, by.name, self.key, self.fingerprint, now)
        if before is not None and before.fingerprint != self.fingerprint:
            fix = "use a new key for a new request"
            raise Conflict(f'the key "{self.key}" stands for another request', fix=fix, code="key_reused")
        return None if before is None else before.execution_id


class Executions:
    """The verbs on executions, and the reading of the history."""

    def __init__(self, db: Database, clock: Clock, vault: Vault | None = None) -> None:
        self.db, self.clock, self.vault = db, clock, vault or Vault(None)

    def get(self, execution_id: int) -> Execution:
        """The execution of that id. Raises NotFound."""
        with self.db.read() as conn:
            return _require(conn, execution_id)

    def search(self, wanted: history.Filter | None = None, *, size: int = 20) -> list[Execution]:
        """The newest executions that match; page by `before_id`."""
        with self.db.read() as conn:
            return history.listing(conn, wanted or history.Filter(), size)

    def lines(self, execution_id: int, after: int = 0, most: int = 1000) -> list[Line]:
        """The output after the line `after`. Raises NotFound."""
        with self.db.read() as conn:
            _require(conn, execution_id)
            return logs.read(conn, execution_id, after, most)

    def execute(
        self,
        reference: str | int,
        by: Actor,
        *,
        kwargs: dict[str, Any] | None = None,
        force: bool = False,
        trigger: Trigger = Trigger.MANUAL,
        once: Once | None = None,
    ) -> int:
        """Queue one run now. Returns the execution's id.

        kwargs  arguments that replace the job's own of the same name, for this run
        force   although the job is disabled or paused; never in spite of its overlap policy
        once    the same request again queues nothing and answers with the same execution
        Raises NotFound, Invalid (arguments), Conflict (disabled, paused, overlapping).
        """
        with acting(self.db, self.clock, by, Action.JOB_EXECUTE, f"job:{reference}") as conn:
            if once is not None and (before := once.begin(conn, by, self.clock.now())) is not None:
                return before
            job = require(conn, reference, lock=True)
            given = None if kwargs is None else job.task_kwargs | kwargs
            execution_id = self._run(
                conn, job, by, given, force=force, trigger=trigger, field="override_kwargs"
            )
            if once is not None:
                requests.finish(conn, by.name, once.key, execution_id)
            return execution_id

    def _run(
        self,
        conn: Connection,
        job: Job,
        by: Actor,
        given: dict[str, Any] | None,
        *,
        force: bool,
        trigger: Trigger = Trigger.MANUAL,
        field: str = "task_kwargs",
        **details: Any,
    ) -> int:
        """Queue one run of a locked job. given: all its arguments, or None for the job's own; field: their name"""
        _require_runnable(job, force=force)
        if given is not None:
            given = arguments.accept(conn, self.vault, job.task_name, given, field)
        execution_id = self._queue(conn, job, by, given, trigger)
        details |= {"execution": execution_id, "force": force}
        details |= {"task_kwargs": masked(given)} if given else {}
        audit.record(conn, by, "job.execute", f"job:{job.name}", at=self.clock.now(), after=details)
        self.db.bell.ring(conn)
        return execution_id

    def _queue(
        self, conn: Connection, job: Job, by: Actor, kwargs: dict[str, Any] | None, trigger: Trigger
    ) -> int:
        now = self.clock.now()
        judged = admit(job.overlap, table.active(conn, [job.id]).get(job.id, []), trigger)
        if judged.verdict is not Verdict.QUEUED:
            fix = "wait for it, cancel it, or let the job overlap"
            raise Conflict(f'job "{job.name}" may not overlap: {judged.reason}', fix=fix, code="overlap")
        reason = f"replaced by a run that {by.name} asked for"
        gone = give_way(conn, job.id, judged.replaces, by=by.name, reason=reason, now=now)
        held = judged.held or bool(
            set(judged.replaces) - gone
        )  # One that was queued may have begun meanwhile.
        new = table.New(
            job.id, job.version, Status.QUEUED, trigger, by.name, job.task_queue, job.task_priority * 2 + 1,
            exclusive=job.overlap is not Overlap.ALLOW, queued_at=now, task_kwargs=kwargs,
            hold=waiting.OVERLAP if held else None,
            solitary=state.lock(conn, [job.id])[job.id].losses >= POISON,
        )  # fmt: skip
        return table.add(conn, [new])[0]

    def cancel(self, execution_id: int, by: Actor, *, reason: str | None = None) -> Execution:
        """Cancel what is queued at once, ask what has begun to stop. Raises NotFound, Conflict when it ended."""
        with acting(self.db, self.clock, by, Action.EXECUTION_CANCEL, f"execution:{execution_id}") as conn:
            execution = _require(conn, execution_id)
            state.lock(conn, [execution.job_id])
            execution = _require(conn, execution_id)
            if execution.is_final:
                fix = f"it ended as {execution.status.value}"
                raise Conflict(f"execution {execution_id} is over", fix=fix, code="already_ended")
            give_way(conn, execution.job_id, [execution_id], by=by.name, reason=reason, now=self.clock.now())
            waiting.release(conn, [execution.job_id])
            audit.record(
                conn, by, "execution.cancel", f"execution:{execution_id}", at=self.clock.now(), reason=reason
            )
            self.db.bell.ring(conn)
            return _require(conn, execution_id)

    def retry(self, execution_id: int, by: Actor, *, force: bool = False) -> int:
        """Run an ended execution's job again with the same arguments, as a new manual run. Returns the new id.

        force  although the job is disabled or paused meanwhile
        Raises NotFound, Invalid (arguments), Conflict (not ended, disabled, paused, overlapping).
        """
        with acting(self.db, self.clock, by, Action.EXECUTION_RETRY, f"execution:{execution_id}") as conn:
            execution = _require(conn, execution_id)
            if not execution.is_final:
                fix = "wait, or cancel it"
                raise Conflict(f"execution {execution_id} is {execution.status.value}", fix=fix)
            job = require(conn, execution.job_id, lock=True)
            given = _arguments(conn, job, execution)
            return self._run(conn, job, by, given, force=force, retry_of=execution_id)

    def wait(
        self, execution_id: int, seconds: float | None, nap: Callable[[float], object], *, every: float = 0.1
    ) -> Execution | None:
        """Wait until it has ended, or None after `seconds`. A database that is away meanwhile is waited for too."""
        deadline = None if seconds is None else self.clock.monotonic() + seconds
        while deadline is None or self.clock.monotonic() < deadline:
            try:
                execution = self.get(execution_id)
            except Unavailable:
                nap(1.0)
                continue
            if execution.is_final:
                return execution
            nap(every)
        return None


def _arguments(conn: Connection, job: Job, execution: Execution) -> dict[str, Any] | None:
    """What an execution ran with, or None where its job has the same still."""
    if execution.task_kwargs is not None:
        return execution.task_kwargs
    ran = versions.find(conn, job.id, execution.version)
    kwargs: dict[str, Any] = job.task_kwargs if ran is None else ran.spec["task_kwargs"]
    return None if kwargs == job.task_kwargs else kwargs


def _require(conn: Connection, execution_id: int) -> Execution:
    found = history.find(conn, execution_id)
    if found is None:
        raise NotFound(f"no execution {execution_id}", fix="see `rota executions list`")
    return found


def _require_runnable(job: Job, *, force: bool) -> None:
    if job.problem:
        raise Conflict(f'job "{job.name}" has a problem: {job.problem}', fix="mend it first", code="problem")
    if job.status is JobStatus.VANISHED:
        fix = "start a node that has its code"
        raise Conflict(f'no live node declares job "{job.name}" any more', fix=fix, code="vanished")
    if force:
        return
    if not job.is_enabled:
        raise Conflict(f'job "{job.name}" is disabled', fix="enable it, or force this run", code="disabled")
    if job.paused_at is not None:
        why = f": {job.pause_reason}" if job.pause_reason else ""
        raise Conflict(
            f'job "{job.name}" is paused by {job.paused_by}{why}',
            fix="resume it, or force this run",
            code="paused",
        )
