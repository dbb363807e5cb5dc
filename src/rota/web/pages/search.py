"""The command palette: jobs by name, an execution by its number, and what can be done."""

from typing import NamedTuple

from fastapi import APIRouter
from starlette.responses import Response

from rota.domain.errors import NotFound
from rota.domain.permission import Action
from rota.store.jobs import Filter
from rota.web.door import Page, PageRoute, does
from rota.web.view import View

router = APIRouter(route_class=PageRoute)

MOST = 8


class Verb(NamedTuple):
    """What can be done to a job by its name, as "run backup"."""

    title: str
    path: str
    icon: str
    action: Action


VERBS = {
    "run": Verb("Run", "/run", "run", Action.JOB_EXECUTE),
    "pause": Verb("Pause", "/pause", "paused", Action.JOB_PAUSE),
    "edit": Verb("Edit", "/edit", "edit", Action.JOB_UPDATE),
    "delete": Verb("Delete", "/delete", "stop", Action.JOB_DELETE),
}


class Hit(NamedTuple):
    """One line of what was found."""

    title: str
    detail: str
    icon: str
    href: str


@router.get("/-/search", **does(Action.JOB_READ))
def search(view: Page, q: str = "") -> Response:
    """What there is for those words."""
    typed = q.strip()[:100]
    hits = [*_to_jobs(view, typed), *_executions(view, typed), *_jobs(view, typed), *_deeds(view, typed)]
    return view.render("search.html", typed=typed, hits=hits)


def _to_jobs(view: View, typed: str) -> list[Hit]:
    """What can be done to the jobs that are meant: "run backup"; pages ask before anything is done."""
    word, _, rest = typed.partition(" ")
    verb, rest = VERBS.get(word.lower()), rest.strip()
    if verb is None or not rest or not view.may(verb.action):
        return []
    found = view.rota.jobs.search(Filter(search=rest), size=MOST)
    return [
        Hit(f"{verb.title} {job.name}", job.title or "Job", verb.icon, view.job_url(job.name, verb.path))
        for job in found
    ]


def _jobs(view: View, typed: str) -> list[Hit]:
    found = view.rota.jobs.search(Filter(search=typed or None), size=MOST)
    return [Hit(job.name, job.title or "Job", "jobs", view.job_url(job.name)) for job in found]


def _executions(view: View, typed: str) -> list[Hit]:
    number = typed.removeprefix("#")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return []
    try:
        found = view.rota.executions.get(int(number))
    except NotFound:
        return []
    detail = f"{found.job_name}, {found.status.value.replace('_', ' ')}"
    return [
        Hit(f"Execution {found.id}", detail, "again", view.job_url(found.job_name, f"/executions/{found.id}"))
    ]


def _deeds(view: View, typed: str) -> list[Hit]:
    """The pages, and what can be done from anywhere, as far as who asks may."""
    offered = [Hit(entry.title, "Page", entry.icon, view.url(entry.path)) for entry in view.navigation]
    if view.may(Action.JOB_CREATE):
        offered.append(Hit("New job", "Make one", "plus", view.url("/-/new")))
    offered.append(Hit("Help and shortcuts", "Page", "help", view.url("/-/help")))
    return [hit for hit in offered if typed.lower() in hit.title.lower()]
