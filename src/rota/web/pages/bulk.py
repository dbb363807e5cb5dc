"""Several jobs at once: a page that lists what will be touched, then the deed, job by job."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from rota.domain.errors import Invalid, RotaError
from rota.domain.job import Job, Origin
from rota.domain.permission import Action
from rota.web.door import Form, Page, PageRoute, does
from rota.web.pages.job_actions import PAUSES, reason_of, until_of
from rota.web.view import View

router = APIRouter(route_class=PageRoute)

MOST = 200


@dataclass(frozen=True, slots=True)
class Verb:
    """What can be done to several. ask: the question; done: what is told afterwards, of so many jobs"""

    action: Action
    ask: str
    done: str


VERBS = {
    "run": Verb(Action.JOB_EXECUTE, "Run now", "queued"),
    "enable": Verb(Action.JOB_ENABLE, "Enable", "enabled"),
    "disable": Verb(Action.JOB_DISABLE, "Disable", "disabled"),
    "pause": Verb(Action.JOB_PAUSE, "Pause", "paused"),
    "resume": Verb(Action.JOB_RESUME, "Resume", "resumed"),
    "delete": Verb(Action.JOB_DELETE, "Delete", "deleted"),
}


@router.get("/-/bulk", **does(Action.JOB_READ))
def ask(view: Page, verb: str = "") -> Response:
    """These, and why some of them will stay as they are."""
    jobs = _jobs(view, view.request.query_params.getlist("job"))
    asked = _verb(verb)
    touched = [(job, untouched(verb, job)) for job in jobs]
    return view.render("bulk.html", verb=verb, asked=asked, touched=touched, pauses=PAUSES, outcomes=None)


@router.post("/-/bulk", **does(Action.JOB_READ))
def act(view: Page, form: Form) -> Response:
    """Do it to each; what fails for one stops none of the others, and is told. Each asks for its own right."""
    verb = form.get("verb", "")
    outcomes: list[tuple[Job, RotaError | None]] = []
    asked = _verb(verb)
    for job in _jobs(view, form.getlist("job")):
        try:
            _do(view, verb, job, form)
            outcomes.append((job, None))
        except RotaError as error:
            outcomes.append((job, error))
    if all(error is None for _, error in outcomes):
        return view.go("/", f"{len(outcomes)} {'job' if len(outcomes) == 1 else 'jobs'} {asked.done}.")
    return view.render("bulk.html", verb=verb, asked=asked, touched=[], pauses=PAUSES, outcomes=outcomes)


def _verb(verb: str) -> Verb:
    if verb not in VERBS:
        raise Invalid(f'"{verb[:40]}" cannot be done to several jobs', fix=f"use one of {', '.join(VERBS)}")
    return VERBS[verb]


def _jobs(view: View, names: list[str]) -> list[Job]:
    if not names or len(names) > MOST:
        raise Invalid(f"{len(names)} jobs are chosen", fix=f"choose at least one and at most {MOST}")
    return [view.rota.jobs.get(name) for name in dict.fromkeys(names)]


def untouched(verb: str, job: Job) -> str | None:
    """Why it would not be done to this job; None when it would."""
    match verb:
        case "enable" if job.is_enabled:
            return "is enabled"
        case "disable" if not job.is_enabled:
            return "is disabled"
        case "pause" if job.paused_at is not None:
            return f"is paused by {job.paused_by}"
        case "resume" if job.paused_at is None:
            return "is not paused"
        case "delete" if job.origin is Origin.CODE:
            return f"is declared in code ({job.source})"
        case "run" if not job.is_enabled:
            return "is disabled"
        case "run" if job.paused_at is not None:
            return "is paused"
    return None


def _do(view: View, verb: str, job: Job, form: Form) -> None:
    rota, by = view.rota, view.actor
    match verb:
        case "run":
            rota.executions.execute(job.id, by)
        case "enable":
            rota.holds.enable(job.id, by)
        case "disable":
            rota.holds.disable(job.id, by)
        case "pause":
            rota.holds.pause(job.id, by, reason=reason_of(form), until=until_of(view, form))
        case "resume":
            rota.holds.resume(job.id, by)
        case "delete":
            rota.jobs.delete(job.id, by)
