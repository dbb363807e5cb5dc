"""Arguments that several verbs take, read from the words of a command line."""

import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_SPAN = re.compile(r"(\d+(?:\.\d+)?)(s|m|min|h|d)")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}


def complete_job(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The names of jobs that begin so; a shell that completes is never told of an error."""
    from rota.cli.session import Session
    from rota.store.jobs import Filter

    try:
        with Session(ctx).rota() as rota:
            found = rota.jobs.search(Filter(search=incomplete or None), size=1000)
            return [job.name for job in found if job.name.startswith(incomplete)]
    except Exception:
        return []


job_argument = click.argument("job", metavar="JOB", shell_complete=complete_job)
optional_job = click.argument("job", metavar="[JOB]", required=False, shell_complete=complete_job)


def at_most(default: int) -> Callable[[F], F]:
    """The option that says how long a list may be."""
    return click.option(
        "--size",
        metavar="N",
        type=click.IntRange(1, 10_000),
        default=default,
        show_default=True,
        help="At most so many.",
    )


class Moment(click.ParamType):  # type: ignore[type-arg]  # only newer clicks can be subscripted
    """An instant: ISO 8601 (UTC unless it says otherwise), or a length of time such as 30m or 2h.

    sign  1: a length of time counts from now on; -1: back from now
    """

    name = "time"

    def __init__(self, sign: int) -> None:
        self.sign = sign

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant in UTC."""
        if isinstance(value, datetime):
            return value
        if found := _SPAN.fullmatch(value):
            away = timedelta(seconds=float(found[1]) * _SECONDS[found[2]])
            return datetime.now(UTC) + self.sign * away
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f'"{value}" is no time; write 2026-12-24T18:00, or a length such as 30m, 2h or 7d')
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


class Pair(click.ParamType):  # type: ignore[type-arg]  # only newer clicks can be subscripted
    """NAME=VALUE, where the value is JSON when it reads as such, else text."""

    name = "name=value"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Any]:
        """Name and value."""
        if isinstance(value, tuple):
            return value
        name, equals, text = value.partition("=")
        if not equals or not name:
            self.fail(f'"{value}" is no argument; write NAME=VALUE, as in --arg days=7')
        try:
            return name, json.loads(text)
        except json.JSONDecodeError:
            return name, text


def arguments_file(_ctx: click.Context, _param: click.Parameter, value: str | None) -> dict[str, Any] | None:
    """The JSON object in a file, or on stdin for "-"."""
    if value is None:
        return None
    try:
        text = sys.stdin.read() if value == "-" else Path(value).read_text("utf-8")
        found = json.loads(text)
    except OSError as error:
        raise click.BadParameter(f"cannot read {value}: {error.strerror}") from error
    except ValueError as error:
        raise click.BadParameter(f"{value} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise click.BadParameter(f'{value} holds no JSON object; write {{"name": value}}')
    return found


def task_arguments(pairs: tuple[tuple[str, Any], ...], file: dict[str, Any] | None) -> dict[str, Any] | None:
    """What --args-file and --arg gave together, None when neither was given; --arg wins."""
    return {**(file or {}), **dict(pairs)} if pairs or file is not None else None


arg_option = click.option("--arg", "args", type=Pair(), multiple=True, help="An argument of the task.")
args_file_option = click.option(
    "--args-file", metavar="FILE", callback=arguments_file, help="A JSON object of arguments; - for stdin."
)
