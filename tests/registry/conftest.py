"""An author of jobs: writes files in a folder of their own, and has them loaded from there."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest

from rota.registry import Registry, load

HEAD = "from rota import DoNotRetry, JobContext, JobResult, Retry, Schedule, Secret, Stopped, job, task\n"


class Author:
    """The folder is the current one; `environ` is what secrets are read from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ: dict[str, str] = {}

    def writes(self, file: str, text: str, head: str = HEAD) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head + dedent(text))

    def loads(self, *modules: str, config: Mapping[str, Any] | None = None) -> Registry:
        return load(modules, config=config, ready_made=False, environ=self.environ)

    def declares(self, text: str, config: Mapping[str, Any] | None = None) -> Registry:
        """One module, loaded; its first line is line 1 of `text`."""
        self.writes("written.py", text)
        return self.loads("written", config=config)

    def problem(self, text: str, config: Mapping[str, Any] | None = None) -> str:
        """The message of the only problem of one module."""
        (problem,) = self.declares(text, config).problems
        return problem.message


@pytest.fixture
def author(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Author]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    yield Author(tmp_path)
    for name in [name for name in set(sys.modules) - before if _is_below(tmp_path, sys.modules[name])]:
        del sys.modules[name]


def _is_below(folder: Path, module: ModuleType) -> bool:
    places = [getattr(module, "__file__", None) or "", *getattr(module, "__path__", ())]
    return any(place.startswith(str(folder)) for place in places)
