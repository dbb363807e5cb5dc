"""A task: a callable under a name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from rota.domain.errors import Invalid
from rota.domain.job import Definition
from rota.registry.arguments import Arguments
from rota.registry.body import Body
from rota.registry.place import Place


@dataclass(frozen=True, slots=True)
class Task:
    """What can run, and what it takes.

    call        takes the bound arguments by keyword, and the JobContext under `context` unless that is None
    is_async    whether `call` gives a coroutine
    timeout     seconds that its jobs may take unless they say otherwise, if the author said it
    ready_made  whether it belongs to rota and may use its services
    file        relative to the folder it was loaded in
    """

    name: str
    call: Callable[..., Any]
    arguments: Arguments
    context: str | None
    is_async: bool
    file: str
    line: int
    title: str = ""
    description: str = ""
    timeout: float | None = None
    ready_made: bool = False

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the arguments."""
        return self.arguments.schema

    @property
    def source(self) -> str:
        """Where it is written: "file:line"."""
        return f"{self.file}:{self.line}"

    def bind(self, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Validated Python values for the call. Raises Invalid, which names the argument and the fix."""
        return self.arguments.bind(kwargs)

    def check(self, kwargs: Mapping[str, Any]) -> None:
        """Whether `kwargs` would bind where the secrets are known. Raises Invalid."""
        self.arguments.check(kwargs)

    def published(self) -> dict[str, Any]:
        """What other processes are told."""
        return {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "timeout": self.timeout,
            "schema": self.schema,
            "file": self.file,
            "line": self.line,
            "ready_made": self.ready_made,
        }


def task_of(
    name: str,
    body: Body,
    place: Place,
    said: Mapping[str, Any],
    *,
    environ: Mapping[str, str],
    ready_made: bool,
) -> Task:
    """The task of a body; `said` are its title, description and time-out, where given.

    Raises Invalid when the type of an argument cannot come from JSON, and for a time-out that is none.
    """
    task = Task(
        name=name,
        call=body.call,
        arguments=Arguments(name, body.parameters, environ),
        context=body.context,
        is_async=body.is_async,
        file=place.file,
        line=place.line,
        title=said.get("title", ""),
        description=said.get("description", body.doc),
        timeout=_timeout(said.get("timeout")),
        ready_made=ready_made,
    )
    _ = task.schema
    return task


def _timeout(given: object) -> float | None:
    """As a job would take it."""
    try:
        return None if given is None else Definition(task_name="_", timeout=given).timeout
    except ValidationError as error:
        fix = "give seconds, at most a year; 0 means no limit"
        raise Invalid(f"timeout is {given!r}", fix=fix, field="timeout") from error
