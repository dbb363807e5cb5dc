"""One execution: how it stands, what went wrong, what it said, and what can be done with it."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from rota.domain.errors import Invalid, NotFound, RotaError
from rota.domain.execution import ACTIVE, UNSUCCESSFUL, Execution
from rota.domain.permission import Action
from rota.domain.secret import MASK
from rota.services.story import LEVELS, Stories, Story
from rota.web import telling
from rota.web.door import Form, Page, PageRoute, does
from rota.web.view import View

router = APIRouter(route_class=PageRoute)

MOST_SEQ = 2**31 - 1


@router.get("/-/executions/{number}", **does(Action.EXECUTION_READ))
def by_number(view: Page, number: int) -> Response:
    """Where the page of an execution is of which only the number is known."""
    return view.go(_path(view.rota.executions.get(number)))


@router.get("/{job}/executions/{number}", **does(Action.EXECUTION_READ))
def execution(
    view: Page,
    job: str,
    number: int,
    level: str = "",
    q: str = "",
    before: Annotated[int | None, Query(ge=0, le=MOST_SEQ)] = None,
) -> Response:
    """The execution of that number. level, q, before: which part of its output"""
    stories = _stories(view)
    story = stories.story(number)
    one = story.execution
    if one.job_name != job:
        return view.go(_path(one))
    kept = level if level in LEVELS else ""
    output = stories.told(number, level=kept, words=q, before=before)
    now = view.times.now
    return view.render(
        "execution.html", story=story, one=one, job=story.job, output=output, level=kept, words=q, before=before,
        rows=[telling.row(line) for line in output.lines], zone=story.job.timezone if story.job else None,
        path=_path(one), sentence=telling.trigger(one), late=telling.late(one), meter=telling.elapsed(story, now),
        progress=telling.progress(one, now), steps=telling.steps(one, now), result=telling.pretty(one.result),
        arguments=telling.pairs(story.arguments), metrics=telling.pairs(one.metrics or {}),
        failed=one.status in UNSUCCESSFUL, active=one.status in ACTIVE, log=telling.log_end(one, output),
    )  # fmt: skip


@router.get("/{job}/executions/{number}/output.txt", **does(Action.EXECUTION_READ))
def download(view: Page, job: str, number: int) -> Response:
    """All of its output, as text."""
    one = _named(view, job, number)
    name = f"{one.job_name}-{one.id}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(_lines(view, number), media_type="text/plain; charset=utf-8", headers=headers)


def _lines(view: View, number: int) -> Iterator[str]:
    after = 0
    while lines := view.rota.executions.lines(number, after, 500):
        yield "".join(
            f"{one.at:%Y-%m-%dT%H:%M:%S.%fZ} {telling.WORDS.get(one.source, one.source):5} {one.text}\n"
            for one in lines
        )
        after = lines[-1].seq


@router.get("/{job}/executions/{number}/cancel", **does(Action.EXECUTION_CANCEL))
def ask_cancel(view: Page, job: str, number: int) -> Response:
    """What cancelling will do, and why it is done."""
    one = _named(view, job, number)
    return view.render("execution_cancel.html", one=one, path=_path(one))


@router.post("/{job}/executions/{number}/cancel", **does(Action.EXECUTION_CANCEL))
def cancel(view: Page, job: str, number: int, form: Form) -> Response:
    """Cancel it."""
    one = view.rota.executions.cancel(
        number, view.actor, reason=form.get("reason", "").strip()[:1000] or None
    )
    done = "is cancelled" if one.is_final else "was asked to stop"
    return view.go(_path(one), f"Execution {number} {done}.")


@router.post("/{job}/executions/{number}/retry", **does(Action.EXECUTION_RETRY))
def retry(view: Page, job: str, number: int) -> Response:
    """Run it again with the same arguments."""
    fresh = view.rota.executions.retry(number, view.actor)
    return view.go(_path(view.rota.executions.get(fresh)), f"Runs again as execution {fresh}.")


@router.get("/{job}/executions/{number}/changes", **does(Action.JOB_EXECUTE))
def ask_changes(view: Page, job: str, number: int) -> Response:
    """Other arguments for another run."""
    _named(view, job, number)
    story = _stories(view).story(number)
    given = {name: value for name, value in story.arguments.items() if value != MASK}
    return _changes(view, story, json.dumps(given, indent=2, ensure_ascii=False))


@router.post("/{job}/executions/{number}/changes", **does(Action.JOB_EXECUTE))
def run_changed(view: Page, job: str, number: int, form: Form) -> Response:
    """Run its job with these arguments. What is wrong with them is told beside them."""
    one, text = _named(view, job, number), form.get("arguments", "")
    try:
        fresh = view.rota.executions.execute(one.job_id, view.actor, kwargs=_arguments(text))
    except RotaError as problem:
        return _changes(view, _stories(view).story(number), text, problem)
    return view.go(_path(view.rota.executions.get(fresh)), f"Runs as execution {fresh}.")


def _changes(view: View, story: Story, text: str, problem: RotaError | None = None) -> Response:
    errors = {"arguments": str(problem)} if problem else {}
    secrets = [name for name, value in story.arguments.items() if value == MASK]
    return view.render(
        "execution_changes.html", status=422 if problem else 200, one=story.execution, path=_path(story.execution),
        text=text, errors=errors, secrets=secrets,
    )  # fmt: skip


def _arguments(text: str) -> dict[str, Any]:
    try:
        given = json.loads(text or "{}")
    except ValueError as error:
        raise Invalid(f"this is no JSON: {error}", fix="write an object such as {}") from error
    if not isinstance(given, dict):
        raise Invalid("arguments are an object of JSON", fix='write {"name": value}')
    return given


def _stories(view: View) -> Stories:
    return Stories(view.rota.db, view.rota.clock, view.rota.executions)


def _named(view: View, job: str, number: int) -> Execution:
    """The execution, of that job. Raises NotFound."""
    one = view.rota.executions.get(number)
    if one.job_name != job:
        raise NotFound(f'job "{job}" has no execution {number}', fix=f'it is one of "{one.job_name}"')
    return one


def _path(one: Execution) -> str:
    return f"/{one.job_name}/executions/{one.id}"
