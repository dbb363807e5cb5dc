"""Where something is written."""

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A module, its file as people see it, and the line (0 when unknown)."""

    module: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def place_of(target: Callable[..., Any]) -> Place:
    """Where a function or a class begins, with its decorators."""
    module = target.__module__
    function = inspect.unwrap(target)
    if code := getattr(function, "__code__", None):
        return Place(module, shown(code.co_filename), code.co_firstlineno)
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    try:
        return Place(module, shown(file), max(1, inspect.getsourcelines(function)[1]))
    except (OSError, TypeError):
        return Place(module, shown(file), 0)


def shown(file: str) -> str:
    """A file's name as people see it: relative to the current folder when it is below."""
    try:
        return str(Path(file).resolve().relative_to(Path.cwd().resolve())) if file else ""
    except ValueError:
        return file
