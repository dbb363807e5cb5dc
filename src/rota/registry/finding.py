"""What the modules declare, taken in one after the other; what is wrong is kept, the rest goes on."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from rota.domain.errors import unknown
from rota.registry.body import Body, body_of
from rota.registry.declared import SETTINGS_FILE, DeclaredJob, declared, name_of
from rota.registry.place import Place, place_of
from rota.registry.problem import ImportProblem, refused
from rota.registry.task import Task, task_of
from rota.sdk import Declaration, declarations_of, offered_by

READY_MADE = "rota.jobs"

Settings = Mapping[str, Mapping[str, Any]]


@dataclass
class Finding:
    """What was found so far. The first of two with one name stays; the other is a problem.

    config   the [jobs.NAME] tables of the settings
    environ  where secret arguments given as "env:NAME" are read
    """

    config: Settings
    environ: Mapping[str, str]
    tasks: dict[str, Task] = field(default_factory=dict)
    jobs: dict[str, DeclaredJob] = field(default_factory=dict)
    problems: list[ImportProblem] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)
    _refused: set[str] = field(default_factory=set)

    def search(self, module: ModuleType) -> None:
        """Take in what a module declares; what it has from another module is taken once."""
        for target in list(vars(module).values()):
            news = [d for d in declarations_of(target) if id(d) not in self._seen]
            self._seen.update(map(id, news))
            if news:
                self._take(target, news)
            self._take_offers(module, target)

    def _take_offers(self, module: ModuleType, target: object) -> None:
        """The tasks that an object of a module offers, once; one that cannot be read is a problem of its own."""
        if id(target) in self._seen:
            return
        try:
            offers = offered_by(target)
        except (Exception, SystemExit) as error:
            place = Place(module.__name__, str(module.__file__), 0)
            self.problems.append(refused("its Celery application", place, error))
            return
        if offers:
            self._seen.add(id(target))
        for name, function in offers.items():
            self._take(function, [Declaration("task", name, {})])

    def check_settings(self) -> None:
        """Each [jobs.NAME] table must belong to a job; one that was refused has its problem already."""
        for name in self.config:
            if name not in self.jobs and name not in self._refused:
                message = f"[jobs.{name}]: {unknown('job', name, self.jobs)}"
                self.problems.append(ImportProblem("", SETTINGS_FILE, 0, message))

    def _take(self, target: Callable[..., Any], news: list[Declaration]) -> None:
        place = place_of(target)
        jobs = [d for d in news if d.kind == "job"]
        try:
            body = body_of(target)
            tasks = list(self._tasks_of(target, body, place, news))
        except (Exception, SystemExit) as error:
            self.problems.append(refused(target.__qualname__, place, error))
            self._refused.update(d.name or target.__name__ for d in jobs)
            return
        for task in tasks:
            if self._is_new("task", task.name, place, self.tasks.get(task.name)):
                self.tasks[task.name] = task
        for declaration in jobs:
            name = name_of(declaration, body, target.__name__)
            if self.tasks[tasks[0].name] is tasks[0]:
                self._take_job(name, declaration, body, tasks[0], place)
            else:
                self._refused.add(name)

    def _tasks_of(
        self, target: Callable[..., Any], body: Body, place: Place, news: list[Declaration]
    ) -> Iterator[Task]:
        """The tasks under the names that `@task` gave, else the one under its path."""
        named: dict[str, Mapping[str, Any]] = {str(d.name): d.options for d in news if d.kind == "task"}
        ready_made = f"{target.__module__}.".startswith(f"{READY_MADE}.")
        for name, said in (named or {f"{target.__module__}.{target.__qualname__}": {}}).items():
            yield task_of(name, body, place, said, environ=self.environ, ready_made=ready_made)

    def _take_job(self, name: str, declaration: Declaration, body: Body, task: Task, place: Place) -> None:
        try:
            job = declared(name, declaration, body, task, self.config.get(name))
        except Exception as error:
            told = f" as [jobs.{name}] of {SETTINGS_FILE} wants it" if name in self.config else ""
            self.problems.append(refused(f'job "{name}"{told}', place, error))
            self._refused.add(name)
            return
        if self._is_new("job", name, place, self.jobs.get(name)):
            self.jobs[name] = job

    def _is_new(self, kind: str, name: str, place: Place, other: Task | DeclaredJob | None) -> bool:
        if other is not None:
            fix = 'name one of them otherwise, with @job("…") or @task("…")'
            message = f'{kind} "{name}" is declared at {other.source} and at {place}; the first counts; {fix}'
            self.problems.append(ImportProblem(place.module, place.file, place.line, message))
        return other is None
