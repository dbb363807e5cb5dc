"""What is done to one job: run, paused, resumed, enabled, disabled, deleted."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from rota.domain.errors import Conflict, Invalid, NotFound, RotaError
from rota.domain.job import Job
from rota.domain.permission import Action
from rota.web import arguments
from rota.web.door import Form, Page, PageRoute, does
from rota.web.pages.entrance import own_path
from rota.web.view import View

router = APIRouter(route_class=PageRoute)

PAUSES = {
    "": "until somebody resumes it", "1": "for an hour", "8": "for 8 hours", "24": "for a day",
    "168": "for a week",
}  # fmt: skip


@router.get("/{job}/run", **does(Action.JOB_EXECUTE))
def ask_run(job: str, view: Page) -> Response:
    """With which arguments, this once?"""
    return _run_form(view, job, {})


@router.post("/{job}/run", **does(Action.JOB_EXECUTE))
def run(job: str, view: Page, form: Form) -> Response:
    """Queue one run, and go where it can be watched."""
    rota, is_form = view.rota, "form" in form
    try:
        found = rota.jobs.get(job)
        kwargs = arguments.given(_schema(view, found), form, found.task_kwargs) if is_form else None
        made = rota.executions.execute(found.id, view.actor, kwargs=kwargs, force="force" in form)
    except RotaError as error:
        if not is_form and not isinstance(error, Conflict):
            raise
        # Of a job that is held the form asks whether it shall run all the same.
        return _run_form(view, job, form, error)
    return view.go(f"/{found.name}/executions/{made}")


def _run_form(view: View, job: str, typed: Mapping[str, str], error: RotaError | None = None) -> Response:
    found = view.rota.jobs.get(job)
    schema = _schema(view, found)
    fields = arguments.described(schema, found.task_kwargs, typed)
    status = 200 if error is None else 409 if isinstance(error, Conflict) else 422
    return view.render(
        "run.html", status=status, job=found, fields=fields, error=error, typed=typed,
        more=arguments.more(schema, found.task_kwargs, typed),
        errors={error.field: str(error)} if error and error.field else {},
    )  # fmt: skip


def _schema(view: View, job: Job) -> Mapping[str, Any]:
    """What its task takes. Of one that nobody has published anything may be given, as JSON."""
    try:
        return view.rota.catalogue.task(job.task_name).get("schema") or {}
    except NotFound:
        return {}


@router.get("/{job}/pause", **does(Action.JOB_PAUSE))
def ask_pause(job: str, view: Page) -> Response:
    """Why, and for how long?"""
    return view.render("pause.html", job=view.rota.jobs.get(job), pauses=PAUSES)


@router.post("/{job}/pause", **does(Action.JOB_PAUSE))
def pause(job: str, view: Page, form: Form) -> Response:
    """Hold a job, with a reason."""
    found = view.rota.holds.pause(job, view.actor, reason=reason_of(form), until=until_of(view, form))
    return view.go(f"/{found.name}", f"{found.name} is paused.")


def reason_of(form: Mapping[str, str]) -> str | None:
    """Why, in a few words."""
    return form.get("reason", "").strip()[:500] or None


def until_of(view: View, form: Mapping[str, str]) -> datetime | None:
    """When a pause shall end by itself. Raises Invalid."""
    hours = form.get("hours", "")
    if hours not in PAUSES:
        raise Invalid(f'a pause of "{hours[:20]}" hours is not offered', fix="choose one", field="hours")
    return view.times.now + timedelta(hours=int(hours)) if hours else None


@router.post("/{job}/resume", **does(Action.JOB_RESUME))
def resume(job: str, view: Page, form: Form) -> Response:
    """End a pause."""
    found = view.rota.holds.resume(job, view.actor)
    return view.go(_back(form, found.name), f"{found.name} goes on.")


@router.post("/{job}/enable", **does(Action.JOB_ENABLE))
def enable(job: str, view: Page, form: Form) -> Response:
    """Let a job fire from now on."""
    found = view.rota.holds.enable(job, view.actor)
    return view.go(_back(form, found.name), f"{found.name} is enabled.")


@router.post("/{job}/disable", **does(Action.JOB_DISABLE))
def disable(job: str, view: Page, form: Form) -> Response:
    """Stop firing a job."""
    found = view.rota.holds.disable(job, view.actor)
    return view.go(_back(form, found.name), f"{found.name} is disabled.")


def _back(form: Mapping[str, str], name: str) -> str:
    """Where the button stood, or the job's own page."""
    return own_path(form["next"]) if "next" in form else f"/{name}"


@router.get("/{job}/delete", **does(Action.JOB_DELETE))
def ask_delete(job: str, view: Page) -> Response:
    """Sure?"""
    return view.render("delete.html", job=view.rota.jobs.get(job))


@router.post("/{job}/delete", **does(Action.JOB_DELETE))
def delete(job: str, view: Page) -> Response:
    """Take a job away; its executions stay."""
    view.rota.jobs.delete(job, view.actor)
    return view.go("/", f"{job} is deleted. Its executions stay until retention takes them.")
