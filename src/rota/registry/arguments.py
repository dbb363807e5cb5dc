"""The arguments of a task: their JSON Schema, and the way from JSON to Python values."""

import inspect
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NotRequired

from rota.domain.errors import Invalid
from rota.registry.jsonable import jsonable
from rota.registry.refusal import refusal

if TYPE_CHECKING:
    from pydantic import TypeAdapter

REFERENCE = re.compile(r"env:(?!ROTA_)[A-Za-z_][A-Za-z0-9_]*")
"""A secret by the name of the environment variable that holds it; rota's own variables are not lent."""

Errors = list[Any]


class Arguments:
    """Made from the parameters of a body. Nothing is built before it is needed.

    task        the task's name, for messages
    parameters  those of its body, with types
    environ     where the values of "env:NAME" are read
    """

    def __init__(
        self, task: str, parameters: Sequence[inspect.Parameter], environ: Mapping[str, str]
    ) -> None:
        self._task = task
        self._environ = environ
        self._named = {p.name: p for p in parameters if p.kind is not inspect.Parameter.VAR_KEYWORD}
        self._open = len(self._named) < len(parameters)
        self._required = any(p.default is inspect.Parameter.empty for p in self._named.values())

    @cached_property
    def schema(self) -> dict[str, Any]:
        """Their JSON Schema; secret ones bear `writeOnly`. Raises Invalid for a type that has none."""
        if not self._named:
            return {"type": "object", "properties": {}, "additionalProperties": self._open}
        schema = self._described[1]
        schema.pop("title", None)
        schema.setdefault("required", [])
        for name, said in schema["properties"].items():
            if any(option.get("writeOnly") for option in said.get("anyOf", ())):
                said["writeOnly"] = True
            default = self._named[name].default
            if default is not inspect.Parameter.empty and not said.get("writeOnly"):
                said.update(_default(default))
        return schema

    @cached_property
    def secrets(self) -> frozenset[str]:
        """The names of the arguments whose values nobody may read."""
        return frozenset(name for name, said in self.schema["properties"].items() if said.get("writeOnly"))

    def bind(self, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """The given arguments as Python values, for the call; what is not given keeps the body's own default.

        A secret that is "env:NAME" is read from the environment here. Raises Invalid, which names the
        argument, what is wrong with it and what it takes.
        """
        if not kwargs and not self._required:
            return {}
        given = {name: self._revealed(name, value) for name, value in kwargs.items()}
        bound, errors = self._validated(given)
        if errors:
            raise refusal(self._task, errors, given, self.schema)
        return bound

    def check(self, kwargs: Mapping[str, Any]) -> None:
        """As `bind`, where the secrets are not: an "env:NAME" is taken on trust. Raises Invalid."""
        held = {name for name, value in kwargs.items() if self._refers(name, value)}
        errors = [error for error in self._validated(kwargs)[1] if error["loc"][0] not in held]
        if errors:
            raise refusal(self._task, errors, kwargs, self.schema)

    def exposed(self, kwargs: Mapping[str, Any]) -> list[str]:
        """The secret arguments that are written out rather than given as "env:NAME"."""
        return [
            n for n, value in kwargs.items() if n in self.secrets and value and not self._refers(n, value)
        ]

    @cached_property
    def _described(self) -> "tuple[TypeAdapter[dict[str, Any]], dict[str, Any]]":
        """What validates, and its JSON Schema: told once, for each start of a runner pays for it."""
        from pydantic import PydanticUserError

        try:
            adapter = _adapter(self._named, self._open)
            return adapter, adapter.json_schema()
        except PydanticUserError:
            for name, parameter in self._named.items():
                _try_alone(self._task, name, parameter)
            raise

    def _validated(self, kwargs: Mapping[str, Any]) -> tuple[dict[str, Any], Errors]:
        from pydantic import ValidationError

        try:
            return self._described[0].validate_python(dict(kwargs)), []
        except ValidationError as error:
            return {}, error.errors(include_url=False, include_context=False)

    def _refers(self, name: str, value: Any) -> bool:
        return isinstance(value, str) and name in self.secrets and REFERENCE.fullmatch(value) is not None

    def _revealed(self, name: str, value: Any) -> Any:
        if not self._refers(name, value):
            return value
        variable = value.removeprefix("env:")
        if variable not in self._environ:
            raise Invalid(
                f'argument "{name}" of task "{self._task}": the variable {variable} is not set where it runs',
                fix="set it in the environment of the runners",
                field=f"task_kwargs.{name}",
            )
        return self._environ[variable]


def _adapter(named: Mapping[str, inspect.Parameter], is_open: bool) -> "TypeAdapter[dict[str, Any]]":
    from pydantic import TypeAdapter
    from typing_extensions import TypedDict

    # The checker wants the fields written out; here they are what the signature of the body says.
    make: Any = TypedDict

    # Unlike a model, a typed dict lets an argument bear any name ("copy", "schema", "_limit").
    fields: dict[str, Any] = {}
    for name, parameter in named.items():
        hint = Any if parameter.annotation is inspect.Parameter.empty else parameter.annotation
        fields[name] = hint if parameter.default is inspect.Parameter.empty else NotRequired[hint]
    shape: Any = make("Arguments", fields)
    shape.__pydantic_config__ = {"extra": "allow" if is_open else "forbid"}
    return TypeAdapter(shape)


def _try_alone(task: str, name: str, parameter: inspect.Parameter) -> None:
    """Raises Invalid when this is the argument that pydantic cannot do."""
    from pydantic import PydanticUserError

    try:
        _adapter({name: parameter}, False).json_schema()
    except PydanticUserError as error:
        problem = str(error).splitlines()[0].partition(". ")[0]
        raise Invalid(
            f'argument "{name}" of task "{task}" has a type that JSON cannot give ({problem})',
            fix="use str, int, date, a pydantic model or the like; a JobContext is found by its type",
        ) from error


def _default(value: Any) -> dict[str, Any]:
    try:
        return {"default": jsonable(value)}
    except ValueError:
        return {}
