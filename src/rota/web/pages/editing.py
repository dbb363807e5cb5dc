"""Making a job and changing one: the form, and beside it what it would do, computed by the server."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import ImmutableMultiDict
from starlette.responses import Response

from rota.domain.errors import Conflict, InvalidSchedule, RotaError
from rota.domain.job import JOB_TYPES, Definition, Job, JobPatch, JobSpec
from rota.domain.kinds import Kind
from rota.domain.permission import Action
from rota.domain.preview import Preview
from rota.domain.schedule import Schedule, check_new
from rota.domain.secret import masked_fields
from rota.domain.substitution import substitute
from rota.services.configuration import JOB_DEFAULTS
from rota.services.load import Load
from rota.web import alerting, arguments, policies
from rota.web.changes import Change, changed
from rota.web.definition_form import Errors, note, read, spec_of, typed_of
from rota.web.door import Form, Page, PageRoute, does
from rota.web.times import zones
from rota.web.view import View

router = APIRouter(route_class=PageRoute)

FIRES = 10
EXAMPLES: dict[str, str] = {
    Kind.DAILY: "02:00, or 08:00,20:00", Kind.INTERVAL: "15m, 2h, 1d; a bare number is minutes",
    Kind.CRON: "*/15 9-17 * * MON-FRI", Kind.WEEKLY: "MON,THU:09:30", Kind.MONTHLY: "1,15:07:00, or L:23:00",
    Kind.ONCE: "2027-01-01 09:00", Kind.MANUAL: "nothing: it runs when it is asked for",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the schedule that is typed would do; error: why it cannot be one"""

    sentence: str = ""
    fires: Sequence[Preview] = ()
    notes: Sequence[str] = ()
    beside: Mapping[Any, int] | None = None
    error: InvalidSchedule | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as it stands. job: the one that is changed, None for a new one; theirs: what was changed meanwhile"""

    typed: Mapping[str, str]
    job: Job | None = None
    errors: Errors | None = None
    theirs: Sequence[Change] = ()


@router.get("/-/new", **does(Action.JOB_CREATE))
def new(view: Page, copy: str = "", task: str = "") -> Response:
    """An empty form; or one like another job's."""
    rota = view.rota
    if copy:
        other = rota.jobs.get(copy)
        return _form(view, Draft(typed_of(other) | {"name": f"{other.name}_copy"}), other.task_kwargs)
    usual = rota.configuration.job_defaults(task)
    base = Definition(task_name=task or "-", schedule_type="daily", schedule_expression="02:00",
                      timezone=view.times.mine).model_copy(update=usual)  # fmt: skip
    return _form(view, Draft(typed_of(base) | {"task_name": task, "timeout": ""}))


@router.post("/-/new", **does(Action.JOB_CREATE))
def create(view: Page, form: Form) -> Response:
    """Make it; or show the form again with what is wrong, and all that was typed."""
    if "preview" in form:
        return _form(view, Draft(form))
    values, errors = read(form, _schema(view.rota.catalogue.tasks(), form))
    spec = spec_of(_usual(view, form) | values, errors)
    if spec is not None and not errors:
        try:
            made = view.rota.jobs.create(spec, view.actor)
            return view.go(f"/{made.name}", f"{made.name} is made.{_tell(view, made.name, form)}")
        except RotaError as error:
            note(errors, error)
    return _form(view, Draft(form, errors=errors))


@router.get("/{job}/edit", **does(Action.JOB_UPDATE))
def edit(job: str, view: Page) -> Response:
    """The form of a job that is there."""
    found = view.rota.jobs.get(job)
    typed = typed_of(found) | {"version": str(found.version)}
    return _form(view, Draft(typed, found), found.task_kwargs)


@router.post("/{job}/edit", **does(Action.JOB_UPDATE))
def change(job: str, view: Page, form: Form) -> Response:
    """Save what differs; unless somebody else saved meanwhile, whose version is shown beside."""
    found = view.rota.jobs.get(job)
    if "preview" in form:
        return _form(view, Draft(form, found), found.task_kwargs)
    values, errors = read(
        dict(form) | {"name": found.name}, _schema(view.rota.catalogue.tasks(), form), found.task_kwargs
    )
    spec = spec_of(values, errors)
    if spec is None or errors:
        return _form(view, Draft(form, found, errors), found.task_kwargs)
    differs = {name: value for name in JobPatch.model_fields if name in values
               and (value := getattr(spec, name)) != getattr(found, name)}  # fmt: skip
    try:
        if differs:
            view.rota.jobs.update(found.id, JobPatch(**differs), view.actor, expected=_version(form))
    except Conflict as error:
        if error.code != "changed":
            raise
        sides = (one.model_dump(mode="json", include=set(differs)) for one in (found, spec))
        retyped = dict(form) | {"version": str(found.version)}
        return _form(
            view, Draft(retyped, found, theirs=changed(*map(masked_fields, sides))), found.task_kwargs
        )
    except RotaError as error:
        note(errors, error)
        return _form(view, Draft(form, found, errors), found.task_kwargs)
    return view.go(f"/{found.name}", f"{found.name} is saved." if differs else "Nothing was changed.")


def _tell(view: View, job: str, form: ImmutableMultiDict[str, str]) -> str:
    """Let the channels that were chosen be told of a job that was just made. Returns what came of it, as a sentence."""
    chosen = _chosen(view, form)
    if not chosen:
        return ""
    try:
        rule = view.rota.alerts.create(alerting.telling(job, chosen), view.actor)
    except RotaError as error:  # The job is made all the same, and its page has the way on.
        return f" Nobody is told of it yet: {error}."
    return f" {rule.name} tells {', '.join(rule.channels)}."


def _chosen(view: View, typed: Mapping[str, str]) -> list[str]:
    """The channels that a form names, of those that are there."""
    named = typed.getlist("tell") if isinstance(typed, ImmutableMultiDict) else []
    return [one.name for one in view.rota.alerts.channels.listing() if one.name in named] if named else []


def _usual(view: View, typed: Mapping[str, str], job: Job | None = None) -> dict[str, Any]:
    """What holds where nothing is typed: as the job is; for a new one as its task and the settings say."""
    if job is not None:
        return {name: getattr(job, name) for name in JOB_DEFAULTS}
    return view.rota.configuration.job_defaults(typed.get("task_name", ""))


def _version(form: Mapping[str, str]) -> int | None:
    text = form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _schema(tasks: Sequence[Mapping[str, Any]], typed: Mapping[str, str]) -> Mapping[str, Any]:
    """Of the arguments of the task that is chosen; of none where there is no such task."""
    found = next((one for one in tasks if one["name"] == typed.get("task_name", "")), None)
    return (found or {}).get("schema") or {}


def _form(view: View, draft: Draft, kwargs: Mapping[str, Any] | None = None) -> Response:
    typed, errors, tasks = draft.typed, draft.errors or {}, view.rota.catalogue.tasks()
    schema = _schema(tasks, typed)
    status = 409 if draft.theirs else 422 if errors else 200
    usual = _usual(view, typed, draft.job)
    values = usual | read(typed, schema, kwargs)[0]
    doing, reads = _policies(values), view.may(Action.ALERT_READ)
    about = draft.job or doing
    return view.render(
        "edit.html", status=status, draft=draft, job=draft.job, typed=typed, errors=errors,
        outlook=_outlook(view, typed, draft.job), fields=arguments.described(schema, kwargs or {}, typed),
        more=arguments.more(schema, kwargs or {}, typed), tasks=tasks,
        kinds=[str(kind) for kind in EXAMPLES], example=EXAMPLES.get(typed.get("schedule_type", "")),
        types=JOB_TYPES, zones=zones(), policies=policies, doing=doing, usual=usual,
        rules=view.rota.alerts.concerning(about) if reads and about else None, tells=alerting.tells,
        channels=view.rota.alerts.channels.listing() if reads and not draft.job else [], chosen=_chosen(view, typed),
    )  # fmt: skip


def _policies(values: Mapping[str, Any]) -> JobSpec | None:
    """What is typed, as far as its policies can be told in sentences."""
    bare = {name: value for name, value in values.items() if not name.startswith("schedule")}
    named = {"name": "_", "task_name": "_", "timezone": "UTC"}
    return spec_of(bare | named, {})


def _outlook(view: View, typed: Mapping[str, str], job: Job | None) -> Outlook:
    """What the schedule that is typed means, and when it would fire."""
    rota, now = view.rota, view.times.now
    kind, zone = typed.get("schedule_type", ""), typed.get("timezone", "").strip() or "UTC"
    try:
        resolved = substitute(
            typed.get("schedule_expression", "").strip(), rota.environ, rota.settings.schedule_env
        )
        schedule = Schedule(kind, resolved, zone, job.anchor if job and kind == Kind.INTERVAL else None)
        notes = check_new(schedule, now)
        fires = schedule.preview(now, FIRES)
    except InvalidSchedule as error:
        return Outlook(error=error)
    beside = Load(rota.db, rota.clock).beside([one.at for one in fires], job.id if job else None)
    return Outlook(schedule.explain(), fires, notes, beside)
