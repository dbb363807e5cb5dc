"""Many jobs at once: list, overdue, status, stats."""

from typing import TYPE_CHECKING, Any

import click

from rota.cli.arguments import at_most, optional_job
from rota.cli.frame import Verb
from rota.cli.session import Session, pass_session

if TYPE_CHECKING:
    from rota.domain.job import Job
    from rota.services.statistics import Overview

STATUSES = ("active", "paused", "disabled", "finished", "vanished", "problem")


@click.command("list", cls=Verb)
@click.option("--status", type=click.Choice(STATUSES), help="Only jobs that stand so.")
@click.option("--type", "job_type", metavar="TYPE", help="Only jobs of this type.")
@click.option("--enabled-only", is_flag=True, help="Only jobs that are enabled.")
@click.option("--overdue-only", is_flag=True, help="Only jobs whose time has passed without a run.")
@click.option("--tag", help="Only jobs with this tag.")
@click.option("--search", metavar="TEXT", help="Only jobs with this in name, title or description.")
@click.option("--page", metavar="N", type=click.IntRange(1), default=1, show_default=True, help="Which page.")
@click.option(
    "--size",
    metavar="N",
    type=click.IntRange(1, 10_000),
    default=100,
    show_default=True,
    help="Jobs on a page.",
)
@pass_session
def list_jobs(session: Session, page: int, size: int, **wanted: Any) -> None:
    """List the jobs, by name."""
    from rota.domain.job import JobStatus
    from rota.store.jobs import Filter

    with session.rota() as rota:
        restricted = Filter(
            status=JobStatus(wanted["status"]) if wanted["status"] else None,
            is_enabled=True if wanted["enabled_only"] else None,
            overdue_at=rota.clock.now() if wanted["overdue_only"] else None,
            **{name: wanted[name] for name in ("job_type", "tag", "search")},
        )
        found = rota.jobs.search(restricted, page=page, size=size)
        total = rota.jobs.count(restricted) if page > 1 or len(found) == size else len(found)
    _print(session, found, empty=_nothing(wanted, page, total))
    if total > size and found and session.screen.width is not None:
        pages = -(-total // size)
        session.screen.note(f"page {page} of {pages}, {total:,} jobs; --page {page % pages + 1} shows others")


def _nothing(wanted: dict[str, Any], page: int, total: int) -> str:
    if page > 1:
        return f"There is no page {page}: {total:,} jobs match."
    if any(wanted.values()):
        return "No job matches; without the filters, `rota jobs list` shows all."
    return 'There are no jobs yet. Write one with @job(every="10s"), then `rota serve -m yourmodule`.'


def _print(session: Session, jobs: "list[Job]", *, empty: str) -> None:
    from rota.cli.show_jobs import job_columns, job_json

    session.screen.rows(
        job_columns(session.screen), jobs, as_json=job_json, name=lambda job: job.name, empty=empty
    )


@click.command("overdue", cls=Verb)
@at_most(100)
@pass_session
def overdue(session: Session, size: int) -> None:
    """List the jobs whose time has passed, beyond their grace, without a run."""
    from rota.store.jobs import Filter

    with session.rota() as rota:
        found = rota.jobs.search(Filter(overdue_at=rota.clock.now()), size=size)
    _print(session, found, empty="No job is overdue.")


@click.command("status", cls=Verb)
@optional_job
@pass_session
def status(session: Session, job: str | None) -> None:
    """Say how a job stands, or what runs and what waits now."""
    with session.rota() as rota:
        if job is None:
            _print_active(session, rota)
            return
        explanation = rota.explaining.job(job)
        data = {
            "job": explanation.job.name,
            "status": explanation.job.status.value,
            "sentence": explanation.status,
        }
        session.screen.one(data, [("", explanation.status)], name=explanation.job.name)


def _print_active(session: Session, rota: Any) -> None:
    from rota.cli.show_executions import execution_columns, execution_json
    from rota.domain.execution import ACTIVE
    from rota.store.history import Filter

    found = rota.executions.search(Filter(statuses=ACTIVE), size=100)
    session.screen.rows(
        execution_columns(session.screen), found, as_json=execution_json, name=lambda one: one.job_name,
        empty="Nothing runs and nothing waits.",
    )  # fmt: skip


@click.command("stats", cls=Verb)
@pass_session
def stats(session: Session) -> None:
    """Count jobs and executions: how many there are, how they stand, how they went."""
    from dataclasses import asdict

    with session.rota() as rota:
        found = rota.statistics.overview()
    session.screen.one(asdict(found), _stats_fields(found), name=found.total_jobs)


def _stats_fields(found: "Overview") -> list[tuple[str, str]]:
    from rota.cli.words import milliseconds

    by_status = ", ".join(f"{n:,} {status}" for status, n in found.jobs_by_status.items() if n)
    by_type = ", ".join(f"{n:,} {kind}" for kind, n in found.jobs_by_type.items())
    rate = "" if found.success_rate is None else f"{found.success_rate:.1%}"
    last_day = ", ".join(
        f"{n:,} {status.replace('_', ' ')}" for status, n in found.executions_last_24h.items() if n
    )
    return [
        ("jobs", f"{found.total_jobs:,}" + (f": {by_status}" if by_status else "")),
        ("enabled", f"{found.enabled_jobs:,}"),
        ("overdue", f"{found.overdue_jobs:,}"),
        ("types", by_type),
        ("runs", f"{found.total_runs:,}"),
        ("succeeded", rate),
        ("usually", milliseconds(found.average_duration_ms)),
        ("now", f"{found.running:,} running, {found.queued:,} queued"),
        ("last 24 h", last_day or "nothing"),
    ]
