"""`@job` and `@task`: they attach a frozen declaration to what they decorate and do nothing else.

Nothing is checked or registered here; `rota.registry` does both, so that importing a module has no effect.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar, Unpack, overload

if TYPE_CHECKING:
    from rota.domain.schedule import Schedule

Target = TypeVar("Target", bound=Callable[..., Any])


class Options(TypedDict, total=False):
    """What `@job` may be told besides the name. Times are seconds, memory is MB.

    At most one of cron, every, daily, weekly, monthly, at and schedule; none of them means that the job runs
    only when asked. `schedule` takes a cron expression, "${NAME}" or a Schedule value.
    """

    cron: str
    every: "str | int | timedelta"
    daily: str
    weekly: str
    monthly: str
    at: "str | datetime"
    schedule: "str | Schedule"
    timezone: str
    title: str
    description: str
    job_type: str
    timeout: float
    memory_limit: int | None
    max_retries: int
    backoff: float
    backoff_cap: float
    retryable: bool
    overlap: Literal["skip", "queue_one", "queue_all", "cancel_running", "allow"]
    misfire: Literal["run_once", "skip", "run_all"]
    grace: float
    catch_up_limit: int
    queue: str
    priority: int
    critical: bool
    enabled: bool
    tags: "tuple[str, ...] | list[str]"
    metadata: dict[str, Any]
    kwargs: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Declaration:
    """What one `@job` or `@task` said of the function or class it stands on.

    name     of the job or the task; None means that the function's or class's own name serves
    options  what was given, under the names of `Options`, unchecked
    """

    kind: Literal["job", "task"]
    name: str | None
    options: Mapping[str, Any]


@overload
def job(target: Target, /) -> Target: ...
@overload
def job(name: str | None = None, /, **options: Unpack[Options]) -> Callable[[Target], Target]: ...
@overload
def job(*, name: str, **options: Unpack[Options]) -> Callable[[Target], Target]: ...
def job(target: Any = None, /, **options: Any) -> Any:
    """Declare a job on a plain or async function, or on a class; it stays callable, unchanged.

    The first argument is the job's name (default: that of the function or class); the others are those of
    `Options`. Several `@job` on one function declare several jobs. `@job` without parentheses is a job that
    runs only when asked. Raises TypeError for an unknown option, and for a method: a job stands on its own.
    """
    if target is not None and not isinstance(target, str):
        _only_known(options, ())
        return _attach(target, Declaration("job", None, MappingProxyType({})))
    name = options.pop("name", None) if target is None else target
    _only_known(options, Options.__annotations__)
    declaration = Declaration("job", name, MappingProxyType(options))
    return lambda decorated: _attach(decorated, declaration)


def task(
    name: str, /, *, title: str = "", description: str = "", timeout: float | None = None
) -> Callable[[Target], Target]:
    """Register a function or class as a task that jobs made at run time may name; no job is declared.

    name   dotted by custom, such as "app.tasks.backup.create_backup"
    title  and description are shown where a task is chosen; the default description is the docstring
    timeout  seconds that its jobs may take unless they say otherwise; 0: no limit; None: as the settings say
    Raises TypeError when the name is missing, and for a method.
    """
    if not isinstance(name, str):
        raise TypeError('@task needs a name: @task("app.tasks.backup.create_backup")')
    given = {"title": title or None, "description": description or None, "timeout": timeout}
    said = {word: value for word, value in given.items() if value is not None}
    declaration = Declaration("task", name, MappingProxyType(said))
    return lambda decorated: _attach(decorated, declaration)


OFFERED = "__rota_tasks__"
"""The attribute of an object, such as a Celery application, that gives tasks: a call of it gives them by name."""


def offered_by(target: object) -> Mapping[str, Callable[..., Any]]:
    """The tasks that this very object offers, by name."""
    try:
        offer = vars(target).get(OFFERED)
    except Exception:
        return {}
    return offer() if callable(offer) else {}


def declarations_of(target: object) -> tuple[Declaration, ...]:
    """What was declared on this very object; a subclass does not inherit it."""
    try:
        found = vars(target).get("__rota__", ())
    except Exception:
        # A proxy of a web framework raises what it likes when it is looked at outside a request.
        return ()
    return found if isinstance(found, tuple) else ()


def _attach(target: Target, declaration: Declaration) -> Target:
    path = getattr(target, "__qualname__", None)
    if not callable(target) or path is None:
        raise TypeError(f"@{declaration.kind} stands on a function or a class, not on {target!r}")
    if not isinstance(target, type) and "." in path.rpartition("<locals>.")[2]:
        raise TypeError(
            f"{path} is a method; put @{declaration.kind} on a function of the module, or on a class "
            "with execute(self, context) or run()"
        )
    target.__rota__ = (*declarations_of(target), declaration)  # type: ignore[attr-defined]
    return target


def _only_known(options: Mapping[str, Any], known: Mapping[str, Any] | tuple[()]) -> None:
    for option in options:
        if option not in known:
            close = get_close_matches(option, list(known), n=1)
            meant = f'; did you mean "{close[0]}"?' if close else ""
            raise TypeError(f'@job has no option "{option}"{meant}')
