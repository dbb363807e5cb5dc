"""What ready-made tasks work on in tests: a folder, a database, rota's own verbs; and a way to kill one."""

import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, MetaData, Table, create_engine, func, select

from rota.registry import load
from rota.sdk import Application, JobContext, JobResult
from rota.services.tending import Tending
from tests.world import World


class Link:
    """Keeps what a body says, answers it as an agent does, and kills it when it has told of so much progress."""

    def __init__(self, tending: Tending | None, dies_at: int = 0) -> None:
        self.tending, self.left = tending, dies_at
        self.lines: list[str] = []
        self.progressed: list[tuple[float, float | None, str | None]] = []

    def log(self, level: str, text: str) -> None:
        """Keep it."""
        self.lines.append(text)

    def progress(self, done: float, total: float | None, message: str | None) -> None:
        """Keep it; the body may not live to see the next line."""
        self.progressed.append((done, total, message))
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def beat(self) -> None:
        """Nothing to keep."""

    def call(self, method: str, **args: Any) -> Any:
        """Answer."""
        assert self.tending is not None
        return self.tending.call(method, args)


class Workplace:
    """A root folder, a database with the tables that a test makes, and all of it allowed.

    world  whose verbs tasks may use, or None
    url    of the application's database, if it is not a file of SQLite
    """

    def __init__(
        self, folder: Path, monkeypatch: Any, world: World | None = None, url: str | None = None
    ) -> None:
        self.root, self.world = folder / "root", world
        self.root.mkdir()
        self.url = url or f"sqlite:///{folder}/app.db"
        self.engine: Engine = create_engine(self.url.replace("postgresql://", "postgresql+psycopg://"))
        self.link = Link(None)
        self.allow = lambda **given: [monkeypatch.setenv(f"ROTA_{n.upper()}", v) for n, v in given.items()]
        self.allow(job_roots=str(self.root))

    def table(
        self, name: str, *columns: Any, rows: Sequence[dict[str, Any]] = (), allowed: bool = True
    ) -> Table:
        """Make a table with rows in it, which tasks may work on."""
        made = Table(name, MetaData(), *columns)
        made.create(self.engine)
        if rows:
            with self.engine.begin() as conn:
                conn.execute(made.insert(), list(rows))
        if allowed:
            before = os.environ.get("ROTA_JOB_TABLES", "")
            self.allow(job_tables=f"{before},{name}")
        return made

    def count(self, table: Table) -> int:
        """How many rows there are."""
        with self.engine.connect() as conn:
            return int(conn.execute(select(func.count()).select_from(table)).scalar_one())

    def rows(self, *columns: Any) -> list[tuple[Any, ...]]:
        """Those columns, in order."""
        with self.engine.connect() as conn:
            return [tuple(row) for row in conn.execute(select(*columns).order_by(*columns))]

    def file(self, name: str, text: str = "x", *, days_old: float = 0) -> Path:
        """Make a file below the root."""
        import time

        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        at = time.time() - days_old * 86_400
        os.utime(path, (at, at))
        return path

    def files(self, pattern: str = "*") -> list[str]:
        """The files below the root, by name."""
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob(pattern) if path.is_file())

    def context(
        self, engine: Engine | None = None, tending: Tending | None = None, dies_at: int = 0
    ) -> JobContext:
        """A context as a runner makes it."""
        if tending is None and self.world is not None:
            tending = Tending(self.world.db, self.world.clock, os.environ)
        self.link = Link(tending, dies_at)
        application = Application()
        vars(application)["database"] = engine or self.engine
        return JobContext(
            self.link, execution_id=1, job_name="tested", application=application, ready_made=True
        )

    def run(self, body: Callable[..., Any], /, **kwargs: Any) -> JobResult:
        """Call a body in this process."""
        return JobResult.of(body(self.context(), **kwargs))

    def kill(self, body: Callable[..., Any], /, *, at: int = 1, **kwargs: Any) -> None:
        """Run a body in a process of its own, which is killed when it has told of progress `at` times."""
        child = os.fork()
        if child == 0:
            try:
                self._live_on(body, at, kwargs)
            finally:
                os._exit(7)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), f"it ended by itself, with {os.waitstatus_to_exitcode(status)}"

    def _live_on(self, body: Callable[..., Any], at: int, kwargs: dict[str, Any]) -> None:
        """In the child: nothing of the parent's connections is used."""
        tending = None
        if self.world is not None:
            other = World(self.world.url, self.world.clock)
            tending = Tending(other.db, other.clock, os.environ)
        body(self.context(create_engine(self.url), tending, at), **kwargs)


def ready_made() -> dict[str, Any]:
    """The tasks that come with rota, by name."""
    return load([], environ={}).tasks
