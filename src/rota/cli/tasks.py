"""The noun `tasks`."""

from typing import Any

import click

from rota.cli.frame import Noun
from rota.cli.session import Session, pass_session
from rota.cli.table import Cell, Column
from rota.cli.words import span


@click.group("tasks", cls=Noun)
def tasks() -> None:
    """Tasks: what jobs can run. Nodes publish those that they know."""


@tasks.command("list")
@pass_session
def list_tasks(session: Session) -> None:
    """List the tasks that nodes have published, with how many live nodes know each."""
    with session.rota() as rota:
        found = rota.catalogue.tasks()
    columns: list[Column[dict[str, Any]]] = [
        Column("name", lambda task: Cell(task["name"], "bold"), least=20, whole=True),
        Column("description", _summary, least=32),
        Column("nodes", lambda task: str(task["nodes"]), right=True),
        Column("arguments", lambda task: ", ".join(_arguments(task)), least=24, rank=1),
        Column("file", _place, least=24, rank=2),
    ]
    empty = "No task is known yet: a node publishes what it loads (`rota serve -m MODULE`)."
    session.screen.rows(columns, found, as_json=dict, name=lambda task: task["name"], empty=empty)


def _arguments(task: dict[str, Any]) -> list[str]:
    schema = task.get("schema") or {}
    required = schema.get("required", [])
    return [name if name in required else f"[{name}]" for name in schema.get("properties", {})]


def _place(task: dict[str, Any]) -> str:
    return f"{task['file']}:{task['line']}"


def _summary(task: dict[str, Any]) -> str:
    return (task.get("title") or task.get("description") or "").strip().split("\n")[0]


@tasks.command("show")
@click.argument("task", metavar="TASK")
@pass_session
def show(session: Session, task: str) -> None:
    """Show one task: its arguments, where it is written, who knows it, which jobs run it."""
    with session.rota() as rota:
        found = rota.catalogue.task(task)
    session.screen.one(found, _fields(found), name=found["name"])


def _fields(task: dict[str, Any]) -> list[tuple[str, Cell | str]]:
    return [
        ("name", Cell(task["name"], "bold")),
        ("title", task.get("title") or ""),
        ("description", (task.get("description") or "").strip()),
        ("written at", _place(task)),
        ("arguments", "\n".join(_described(task)) or "none"),
        ("time-out", _timeout(task.get("timeout"))),
        ("known by", ", ".join(task["known_by"]) or "no live node"),
        ("jobs", ", ".join(task["jobs"]) or "none"),
    ]


def _timeout(seconds: float | None) -> str:
    if seconds is None:
        return "as the settings say"
    return f"{span(seconds) if seconds else 'none'} unless the job says otherwise"


def _described(task: dict[str, Any]) -> list[str]:
    schema = task.get("schema") or {}
    required = schema.get("required", [])
    return [
        f"{name}: {_type(info)}" + ("" if name in required else f" = {info.get('default')!r}")
        for name, info in schema.get("properties", {}).items()
    ]


def _type(info: dict[str, Any]) -> str:
    if "anyOf" in info:
        return " or ".join(_type(one) for one in info["anyOf"])
    return str(info.get("type") or info.get("$ref", "anything").rpartition("/")[2])
