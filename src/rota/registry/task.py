"""A task: a callable under a name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rota.registry.arguments import Arguments
from rota.registry.body import Body
from rota.registry.place import Place


@dataclass(frozen=True, slots=True)
class Task:
    """What can run, and what it takes.

    call        takes the bound arguments by keyword, and the JobContext under `context` unless that is None
    is_async    whether `call` gives a coroutine
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
            "schema": self.schema,
            "file": self.file,
            "line": self.line,
            "ready_made": self.ready_made,
        }


def task_of(
    name: str,
    body: Body,
    place: Place,
    said: Mapping[str, str],
    *,
    environ: Mapping[str, str],
    ready_made: bool,
) -> Task:
    """The task of a body; `said` are its title and description, where given.

    Raises Invalid when the type of an argument cannot come from JSON.
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
        ready_made=ready_made,
    )
    _ = task.schema
    return task
