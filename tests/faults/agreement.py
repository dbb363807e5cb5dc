"""The history, the counts, the causes of alerts and the audit log tell the same."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from rota.domain.alert import FAILURES, Kind
from rota.domain.execution import UNSUCCESSFUL
from rota.store.database import Database
from rota.store.schema import audit, causes, job_state, jobs, rollups

if TYPE_CHECKING:
    from tests.faults.checker import Row

COUNTED = ("succeeded", "failed", "timed_out", "lost")


def broken(found: "list[Row]", db: Database) -> list[str]:
    """Where they differ, in words."""
    return [*counts_agree(found, db), *causes_agree(found, db), *audit_agrees(found, db)]


def counts_agree(found: "list[Row]", db: Database) -> Iterator[str]:
    """The history, the totals of the jobs and the counts by the hour say the same."""
    name, total = jobs.c.name, func.sum(rollups.c.n)
    with db.read() as conn:
        runs = {row[0]: row[1] for row in conn.execute(select(name, job_state.c.runs).join(job_state))}
        hourly = conn.execute(
            select(name, rollups.c.status, total)
            .join(rollups, rollups.c.job_id == jobs.c.id)
            .group_by(name, rollups.c.status)
        ).all()
    # What was cancelled before it began has not run.
    ended = [row for row in found if row.status in COUNTED or (row.status == "cancelled" and row.owner)]
    for job, counted in runs.items():
        if (listed := sum(row.job == job for row in ended)) != counted:
            yield f"{job} ran {counted} times by its total and {listed} times by its history"
    for job, status, counted in hourly:
        listed = sum(row.slot_count for row in found if row.job == job and row.status == status)
        if listed != counted and status != "cancelled":
            yield f"{job} was {status} {counted} times by the hour and {listed} times by its history"


def causes_agree(found: "list[Row]", db: Database) -> Iterator[str]:
    """Each failure that was not tried again and each miss is a cause of alerts, once; nothing else is."""
    again = {(row.first_id, row.attempt) for row in found}
    failed = {
        row.id for row in found if row.status in UNSUCCESSFUL and (row.first_id, row.attempt + 1) not in again
    }
    missed = {row.id for row in found if row.status == "missed"}
    kept = jobs.c.deleted_at.is_(None)
    query = select(causes.c.kind, causes.c.execution_id).join(jobs, jobs.c.id == causes.c.job_id).where(kept)
    with db.read() as conn:
        names = set(conn.execute(select(jobs.c.name).where(kept)).scalars())
        told = [(Kind(kind), id_) for kind, id_ in conn.execute(query)]
    ours = {row.id for row in found if row.job in names}
    for what, expected, kinds in (("failed", failed, FAILURES), ("missed", missed, {Kind.MISSED})):
        causing = sorted(id_ for kind, id_ in told if kind in kinds)
        if causing != (listed := sorted(expected & ours)):
            differ = sorted(set(causing) ^ set(listed)) or [id_ for id_ in causing if causing.count(id_) > 1]
            yield f"executions that {what} are not those that alerts are made of: {differ[:10]}"


def audit_agrees(found: "list[Row]", db: Database) -> Iterator[str]:
    """Each run that somebody asked for is in the audit log, once, and each that it tells of is there."""
    with db.read() as conn:
        rows = conn.execute(select(audit.c.after).where(audit.c.action == "job.execute")).scalars()
        told = sorted(after["execution"] for after in rows)
    listed = [row.id for row in found if row.trigger in ("manual", "api")]
    if told != listed:
        yield f"runs that were asked for and the audit log differ: {sorted(set(told) ^ set(listed))[:10]}"
