"""One job: how it stands and why, what it did, when it fires, what it is, how it became so."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from rota.domain.errors import Invalid, InvalidSchedule
from rota.domain.execution import UNSUCCESSFUL, Status, Trigger
from rota.domain.job import Job, Origin
from rota.domain.permission import Action
from rota.domain.preview import Preview
from rota.domain.secret import masked
from rota.services.days import Days
from rota.services.explaining import Explanation, Item
from rota.services.load import Load
from rota.services.results import Results
from rota.store.audit import Filter as AuditFilter
from rota.store.history import Filter
from rota.web import policies
from rota.web.changes import changed
from rota.web.door import Form, Page, PageRoute, does
from rota.web.draw.heat import heat
from rota.web.draw.plot import durations
from rota.web.pages.jobs import sentence
from rota.web.view import View

router = APIRouter(route_class=PageRoute)

CHARTED = (60, 200)
"""How many executions the chart of durations can show."""
LAST, SIZE, NEXT = 5, 50, 20
YEAR = timedelta(days=371)
RESULTS = {
    "failed": UNSUCCESSFUL, "succeeded": (Status.SUCCEEDED,), "missed": (Status.MISSED,),
    "skipped": (Status.SKIPPED,), "cancelled": (Status.CANCELLED,),
}  # fmt: skip


def framed(view: View, job: Job, tab: str, **values: Any) -> Response:
    """A tab of the job's page; its head is the same on all."""
    explained = view.rota.explaining.job(job.id)
    return view.render(
        f"job_{tab}.html", job=job, tab=tab, explained=explained, zone=job.timezone, sentence=sentence(job),
        odd=next((one.note for one in _fires(view, job, 1)), None),
        wrong=[item for item in explained.items if not item.ok and not _runs(explained, item)], **values,
    )  # fmt: skip


def _runs(explained: Explanation, item: Item) -> bool:
    """Whether all that keeps the job from running is that it does."""
    return item.name == "overlap" and explained.running is not None


@router.get("/{job}", **does(Action.JOB_READ))
def overview(job: str, view: Page, n: int = CHARTED[0]) -> Response:
    """How it has been doing, and what comes next. n: executions in the chart"""
    rota, found = view.rota, view.rota.jobs.get(job)
    if n not in CHARTED:
        raise Invalid(
            f"the chart does not show {n} executions", fix=f"use one of {', '.join(map(str, CHARTED))}"
        )
    results = Results(rota.db, rota.clock)
    recent, usual = results.recent([found.id], n)[found.id], results.usual([found.id])[found.id]
    today = view.times.local(view.times.now, found.timezone).date()
    days = Days(rota.db).of_job(found.id, today - YEAR, today, view.times.name(found.timezone))
    return framed(
        view, found, "overview", recent=recent, usual=usual, rates=results.rates(found.id),
        chart=durations(recent, usual, view.times, found.timezone), year=heat(days, today),
        last=rota.executions.search(Filter(job_id=found.id), size=LAST), fires=_fires(view, found, LAST),
        policies=policies, charted=CHARTED, n=n,
    )  # fmt: skip


@router.get("/{job}/executions", **does(Action.EXECUTION_READ))
def executions(
    job: str, view: Page, result: str = "", trigger: str = "", before: int | None = None
) -> Response:
    """What ran and what did not, the newest first."""
    found = view.rota.jobs.get(job)
    if result and result not in RESULTS:
        raise Invalid(f'no execution ends as "{result[:40]}"', fix=f"use one of {', '.join(RESULTS)}")
    if trigger and trigger not in list(Trigger):
        raise Invalid(f'nothing is triggered by "{trigger[:40]}"', fix=f"use one of {', '.join(Trigger)}")
    wanted = Filter(
        job_id=found.id, statuses=RESULTS.get(result), trigger=Trigger(trigger) if trigger else None,
        before_id=before,
    )  # fmt: skip
    some = view.rota.executions.search(wanted, size=SIZE + 1)
    return framed(
        view, found, "executions", executions=some[:SIZE], results=RESULTS, triggers=list(Trigger),
        result=result, trigger=trigger, is_first=before is None,
        older=view.here(before=some[SIZE - 1].id) if len(some) > SIZE else None,
    )  # fmt: skip


@router.get("/{job}/schedule", **does(Action.JOB_READ))
def schedule(job: str, view: Page) -> Response:
    """The next twenty fires, with notes on odd days and crowded minutes; what was missed."""
    found = view.rota.jobs.get(job)
    missed = view.rota.executions.search(
        Filter(
            job_id=found.id,
            statuses=(Status.MISSED, Status.SKIPPED),
            since=view.times.now - timedelta(days=30),
        ),
        size=NEXT,
    )
    fires = _fires(view, found, NEXT)
    beside = Load(view.rota.db, view.rota.clock).beside([one.at for one in fires], found.id)
    return framed(view, found, "schedule", fires=fires, beside=beside, missed=missed)


def _fires(view: View, job: Job, n: int) -> list[Preview]:
    """When it fires next; nothing for a job that will not."""
    if job.next_run is None:
        return []
    try:
        return job.schedule.preview(job.next_run - timedelta(microseconds=1), n)
    except InvalidSchedule:
        return []


@router.get("/{job}/settings", **does(Action.JOB_READ))
def settings(job: str, view: Page) -> Response:
    """Everything that it is, each with where it comes from."""
    found = view.rota.jobs.get(job)
    declared = view.rota.definitions.declared(found) if found.origin is Origin.CODE else None
    of_code = {field: value for field, _, value in _settings(declared)} if declared else {}
    return framed(
        view, found, "settings", rows=_settings(found), of_code=of_code, kwargs=masked(found.task_kwargs)
    )


def _settings(job: Any) -> list[tuple[str, str, str]]:
    timing = [
        ("schedule_expression", "Schedule", f"{job.schedule_type} {job.schedule_expression}".strip()),
        ("timezone", "Time zone", job.timezone),
        ("task_name", "Task", job.task_name),
    ]
    about = [
        ("title", "Title", job.title or "none"),
        ("job_type", "Type", job.job_type),
        ("tags", "Tags", ", ".join(job.tags) or "none"),
    ]
    return [*timing, *policies.settings(job), *about]


@router.post("/{job}/reset", **does(Action.JOB_UPDATE))
def reset(job: str, view: Page, form: Form) -> Response:
    """Back to what the code says: one field, or all of them."""
    found = view.rota.definitions.reset(job, view.actor, field=form.get("field") or None)
    return view.go(f"/{found.name}/settings", f"{found.name} is as its code declares it.")


@router.get("/{job}/history", **does(Action.JOB_READ))
def history(job: str, view: Page) -> Response:
    """Its versions, what each changed, by whom; and who did what to it."""
    found = view.rota.jobs.get(job)
    versions = view.rota.jobs.versions(found.id)[:NEXT]
    older: list[Mapping[str, Any]] = [*(one.spec for one in versions[1:]), {}]
    entries = []
    if view.may(Action.AUDIT_READ):
        entries = view.rota.auditing.search(AuditFilter(target=f"job:{found.name}"), size=NEXT)
    told = [(one, changed(before, one.spec)) for one, before in zip(versions, older, strict=False)]
    return framed(view, found, "history", versions=told, entries=entries)


@router.post("/{job}/versions/{version}/restore", **does(Action.JOB_RESTORE))
def restore(job: str, version: int, view: Page) -> Response:
    """Save an older definition as the newest version."""
    found = view.rota.jobs.restore(job, version, view.actor)
    return view.go(f"/{found.name}/history", f"Version {version} is restored, as version {found.version}.")
