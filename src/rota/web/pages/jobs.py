"""The list of jobs: five numbers, the day, what needs attention, and the jobs themselves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import Response

from rota.domain.errors import InvalidSchedule
from rota.domain.execution import UNSUCCESSFUL, Status
from rota.domain.job import Job, JobStatus
from rota.domain.permission import Action
from rota.domain.words import plural
from rota.http import cursors
from rota.services.defaults import NEW
from rota.services.glance import Show
from rota.services.listing import Listing
from rota.services.results import Result, Results, Usual
from rota.store.job_pages import DEEPEST
from rota.web.door import Page, PageRoute, does
from rota.web.draw.ribbon import ribbon
from rota.web.draw.spark import spark
from rota.web.selection import filter_of, selected
from rota.web.times import kept
from rota.web.view import View

router = APIRouter(route_class=PageRoute)

SIZE = 25
SORTS = {"name": "Job", "next_run": "Next", "last_run": "Last result"}
TILES = (
    (Show.RUNNING, "Running", "running"),
    (Show.FAILED, "Failed 24 h", "failed"),
    (Show.OVERDUE, "Overdue", "timed_out"),
    (Show.DUE, "Due next hour", "queued"),
    (Show.PAUSED, "Paused", "paused"),
)
READY_MADE = frozenset(spec.name for spec in NEW)
"""With no other jobs than these, the list shows how to make one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One job in the list. last: its newest execution that ran, or runs; failures: how many in a row"""

    job: Job
    sentence: str
    results: list[Result]
    usual: Usual
    last: Result | None
    failures: int
    spark: Markup


@router.get("/", **does(Action.JOB_READ))
def jobs(view: Page, sort: str = "name", after: str | None = None) -> Response:
    """Jobs by name, or as the address says."""
    rota, state = view.rota, view.request.app.state
    selection, order = selected(view.request.query_params), cursors.order_of(sort)
    mark = None if after is None else cursors.read(after, order)
    page = Listing(rota.db).page(filter_of(selection, rota), order, size=SIZE, after=mark)
    following = None if page.following is None else cursors.write(page.following, order)
    glance, is_top = state.glance(), selection.is_all and after is None
    day = state.day() if is_top else None
    return view.render(
        "jobs.html", rows=rows(view, page.jobs), page=page, selection=selection, sort=sort, sorts=_sorts(glance.total),
        statuses=[one.value for one in JobStatus], glance=glance, tiles=TILES, is_first=after is None, is_top=is_top,
        older=view.here(after=following) if following else None, hints=_hints(view),
        concerns=state.concerns() if is_top else [], day=ribbon(day, view.times) if day else None,
        zones=view.times.zones(day.since, day.until) if day else "",
        is_new=following is None and is_top and all(job.name in READY_MADE for job in page.jobs),
    )  # fmt: skip


def _sorts(total: int) -> dict[str, str]:
    """By what the list can be sorted, and the headings. Of very many jobs no index knows the last to run."""
    return SORTS if total <= DEEPEST else {name: word for name, word in SORTS.items() if name != "last_run"}


def rows(view: View, jobs: list[Job]) -> list[Row]:
    """The jobs with what the list tells of each."""
    results = Results(view.rota.db, view.rota.clock)
    ids = [job.id for job in jobs]
    recent, usual = results.recent(ids), results.usual(ids)
    return [_row(job, recent[job.id], usual[job.id], view.times.now) for job in jobs]


def _row(job: Job, recent: list[Result], usual: Usual, now: datetime) -> Row:
    ran = [one for one in recent if one.status not in (Status.SKIPPED, Status.MISSED)]
    failures = 0
    for one in reversed([one for one in ran if one.ended_at is not None]):
        if one.status not in UNSUCCESSFUL:
            break
        failures += 1
    return Row(job, sentence(job), recent, usual, ran[-1] if ran else None, failures, spark(recent, now))


def sentence(job: Job) -> str:
    """When a job runs, in short: its zone stands beside its next run, an interval's minutes go without saying."""
    try:
        told = job.schedule.explain()
    except InvalidSchedule:
        return "Does not resolve"
    told = told.removesuffix(f", {job.timezone} time").removesuffix(" (UTC)").removesuffix(", UTC")
    return told.partition(", at :")[0]


def _hints(view: View) -> dict[Show, str]:
    """What stands small under each number."""
    state, now = view.request.app.state, view.times.now
    glance, system = state.glance(), state.system()
    ended, waits = sum(glance.ended.values()), sum(glance.waiting.values())
    first, failed = glance.first_due, sum(glance.ended.get(status, 0) for status in UNSUCCESSFUL)
    told: dict[Show, Any] = {
        Show.RUNNING: f"{waits:,} waiting, {plural(system.slots, 'slot')}",
        Show.FAILED: f"jobs; {failed:,} of {'about ' if ended > 100 else ''}{_round(ended):,} executions",
        Show.OVERDUE: "nothing waits past its time" if not glance.tiles[Show.OVERDUE].n else "see the strip",
        Show.DUE: f"first {kept(view.times.clock(first))}" if first and first > now else "",
        Show.PAUSED: _held(*glance.holders) if glance.tiles[Show.PAUSED].n else "nothing is held",
    }
    return told


def _held(holders: list[str], are_all: bool) -> str:
    """Who holds what is paused, in as many names as there is room for."""
    if holders and not are_all:
        return f"held by {holders[0]} and perhaps others"
    match holders:
        case [one]:
            return f"held by {one}"
        case [one, other]:
            return f"held by {one} and {other}"
        case [one, *others]:
            return f"held by {one} and {plural(len(others), 'other')}"
    return "held by somebody"


def _round(n: int) -> int:
    """A number as one says it: of more than a hundred, two figures."""
    if n <= 100:
        return n
    return int(round(n, 2 - len(str(n))))
