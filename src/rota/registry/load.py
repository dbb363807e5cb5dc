"""From modules to the set of tasks and jobs that they declare."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any

from rota.registry.declared import DeclaredJob
from rota.registry.finding import READY_MADE, Finding, Settings
from rota.registry.modules import entry_point_modules, import_all
from rota.registry.problem import ImportProblem
from rota.registry.task import Task


@dataclass(frozen=True)
class Registry:
    """All that was found, by name, and what was wrong."""

    tasks: dict[str, Task]
    jobs: dict[str, DeclaredJob]
    problems: list[ImportProblem]

    @cached_property
    def hash(self) -> str:
        """SHA-256 over names, schemas and definitions: the same wherever the same code is loaded.

        Defaults are left out: `since: datetime = datetime.now()` has another one in each process.
        """
        tasks = [
            [t.name, t.title, t.description, t.timeout, _without_defaults(t.schema)]
            for _, t in sorted(self.tasks.items())
        ]
        jobs = [job.published()["spec"] for _, job in sorted(self.jobs.items())]
        return hashlib.sha256(json.dumps([tasks, jobs], sort_keys=True).encode()).hexdigest()

    def published(self) -> dict[str, Any]:
        """All of it in JSON's own types, for processes without the code and for the database."""
        return {
            "hash": self.hash,
            "tasks": [task.published() for _, task in sorted(self.tasks.items())],
            "jobs": [job.published() for _, job in sorted(self.jobs.items())],
            "problems": [asdict(problem) for problem in self.problems],
        }


def load(
    modules: Sequence[str],
    *,
    config: Settings | None = None,
    ready_made: bool = True,
    environ: Mapping[str, str],
) -> Registry:
    """Import `modules` and collect what they declare. Never raises for what an author wrote: see `.problems`.

    modules     dotted names (packages with all that is in them) or .py files; installed packages add theirs
                under the entry-point group "rota.jobs"
    config      the [jobs.NAME] tables of the settings, by job name
    ready_made  whether the tasks that come with rota are loaded too
    environ     where secret arguments given as "env:NAME" are read when a task is bound
    """
    finding = Finding(config or {}, environ)
    names = [*modules, *entry_point_modules()]
    if ready_made and find_spec(READY_MADE) is not None:
        names.append(READY_MADE)
    for found in import_all(names):
        if isinstance(found, ImportProblem):
            finding.problems.append(found)
        else:
            finding.search(found)
    finding.check_settings()
    return Registry(finding.tasks, finding.jobs, finding.problems)


def _without_defaults(schema: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema without what its arguments, and the fields of models in it, are when they are not given."""
    lasting = dict(schema)
    if "properties" in schema:
        lasting["properties"] = {
            name: {word: value for word, value in said.items() if word != "default"}
            for name, said in schema["properties"].items()
        }
    if "$defs" in schema:
        lasting["$defs"] = {name: _without_defaults(model) for name, model in schema["$defs"].items()}
    return lasting
