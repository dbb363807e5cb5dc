"""From a function or a class to what is called: which parameters it has, and which of them is the context."""

import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass
from types import UnionType
from typing import Any

from rota.domain.errors import Invalid
from rota.sdk import JobContext

CLASS_ATTRIBUTES = (
    "name",
    "title",
    "description",
    "job_type",
    "schedule",
    "timezone",
    "enabled",
    "timeout",
    "memory_limit",
    "max_retries",
    "retryable",
    "critical",
)
"""What a class form may say of itself, as attributes, properties or methods without arguments."""


@dataclass(frozen=True, slots=True)
class Body:
    """What runs.

    call        takes the parameters by keyword
    parameters  without self and context; their annotations are types, never text
    context     the name of the parameter that takes the JobContext, or None
    attributes  what a class form says of itself
    """

    call: Callable[..., Any]
    parameters: tuple[inspect.Parameter, ...]
    context: str | None
    is_async: bool
    doc: str
    attributes: dict[str, Any]


def body_of(target: Callable[..., Any]) -> Body:
    """The body that a decorated function or class stands for.

    Raises Invalid when a class has neither execute nor run, when a type hint cannot be read, when the context
    is asked for twice, and for generators and positional-only parameters, which cannot be jobs.
    """
    call, function, bound = _callable_of(target)
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise Invalid(
            f"{target.__qualname__} is a generator", fix="take out the yield: a body returns its result"
        )
    parameters = _parameters(function, bound)
    contexts = [p.name for p in parameters if _takes_context(p, untyped=isinstance(target, type))]
    if len(contexts) > 1:
        raise Invalid(f"{target.__qualname__} asks for the context twice, as {' and '.join(contexts)}")
    return Body(
        call=call,
        parameters=tuple(p for p in parameters if p.name not in contexts),
        context=contexts[0] if contexts else None,
        is_async=inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(function),
        doc=inspect.cleandoc(target.__doc__ or function.__doc__ or "")[:10_000],
        attributes=_attributes(target) if isinstance(target, type) else {},
    )


def _callable_of(target: Callable[..., Any]) -> tuple[Callable[..., Any], Callable[..., Any], bool]:
    """What to call, the function that tells its signature, and whether that one begins with self."""
    if not isinstance(target, type):
        return target, inspect.unwrap(target), False
    for name in ("execute", "run"):
        method = inspect.getattr_static(target, name, None)
        if isinstance(method, staticmethod | classmethod):
            return getattr(target, name), inspect.unwrap(method.__func__), isinstance(method, classmethod)
        if inspect.isfunction(method):
            return _on_a_new_instance(target, name), inspect.unwrap(method), True
    raise Invalid(f"class {target.__qualname__} has no body", fix="give it execute(self, context) or run()")


def _on_a_new_instance(target: type, method: str) -> Callable[..., Any]:
    """Each run has an instance of its own, so that nothing of one is left for the next."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(target(), method)(*args, **kwargs)

    return call


def _parameters(function: Callable[..., Any], bound: bool) -> list[inspect.Parameter]:
    found = list(inspect.signature(function).parameters.values())[1 if bound else 0 :]
    for parameter in found:
        if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
            raise Invalid(
                f'parameter "{parameter.name}" of {function.__qualname__} is positional-only',
                fix="arguments of jobs have names: take out the /",
            )
    kept = [p for p in found if p.kind is not inspect.Parameter.VAR_POSITIONAL]
    return [p.replace(annotation=_hint(function, p)) for p in kept]


def _hint(function: Callable[..., Any], parameter: inspect.Parameter) -> Any:
    """The type of a parameter. JobContext is known even when it is imported for type checks only."""
    if parameter.annotation is inspect.Parameter.empty:
        return inspect.Parameter.empty
    known = {"JobContext": JobContext, **getattr(function, "__globals__", {})}
    holder = type("Hints", (), {"__annotations__": {"hint": parameter.annotation}})
    try:
        return typing.get_type_hints(holder, globalns=known, localns={}, include_extras=True)["hint"]
    except Exception as error:
        raise Invalid(
            f'the type of parameter "{parameter.name}" of {function.__qualname__} cannot be read ({error})',
            fix="import what it names at run time too, not only under TYPE_CHECKING",
        ) from error


def _takes_context(parameter: inspect.Parameter, *, untyped: bool) -> bool:
    hint = parameter.annotation
    if hint is inspect.Parameter.empty:
        return untyped and parameter.name in ("ctx", "context")
    members = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, UnionType) else (hint,)
    return any(isinstance(member, type) and issubclass(member, JobContext) for member in members)


def _attributes(target: type) -> dict[str, Any]:
    """What a class says of itself. An instance is made only when something needs one."""
    said: dict[str, Any] = {}
    instance: Any = None
    for name in CLASS_ATTRIBUTES:
        raw = inspect.getattr_static(target, name, None)
        if inspect.isfunction(raw) or isinstance(raw, property):
            instance = instance or target()
        value = getattr(target if instance is None else instance, name, None)
        value = value() if callable(value) else value
        if value is not None:
            said[name] = value
    return said
