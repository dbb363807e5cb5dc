"""All that the page of one execution tells: its attempts, its arguments, its output, and what is usual for its job."""

from dataclasses import dataclass
from typing import Any

from rota.domain.attempt import Line
from rota.domain.clock import Clock
from rota.domain.execution import Execution
from rota.domain.job import Job
from rota.domain.secret import masked
from rota.domain.trace import Frame, own
from rota.services.executions import Executions
from rota.services.results import Results, Same, Usual
from rota.store import history, jobs, output, results, versions
from rota.store.database import Database

LINES = 300
"""Lines of output that a page shows at a time."""
LONGEST = 2000
"""Characters of one line that a page shows; the download has all."""
LEVELS = {"warnings": ("warning",), "errors": ("error",)}
"""What a reader may restrict the output to, as sources of lines."""


@dataclass(frozen=True, slots=True)
class Told:
    """A part of the output.

    lines     in order; a long one is cut to LONGEST characters
    earlier   whether there are more of them before the first
    counts    how many lines there are of each source, all in all
    error     the first line that is an error, or None
    """

    lines: list[Line]
    earlier: bool
    counts: dict[str, int]
    error: int | None

    def count(self, level: str = "") -> int:
        """How many lines there are at a level; all without one."""
        sources = LEVELS.get(level)
        return sum(n for source, n in self.counts.items() if sources is None or source in sources)


@dataclass(frozen=True, slots=True)
class Story:
    """One execution and what belongs to it.

    job        None when it was deleted
    attempts   all of its slot or request, the first one first
    arguments  what it runs with, secrets masked
    """

    execution: Execution
    job: Job | None
    attempts: list[Execution]
    arguments: dict[str, Any]
    usual: Usual
    same: Same | None
    frame: Frame | None


class Stories:
    """Reads them."""

    def __init__(self, db: Database, clock: Clock, executions: Executions) -> None:
        self.db, self.executions, self.results = db, executions, Results(db, clock)

    def story(self, execution_id: int) -> Story:
        """The story of that execution. Raises NotFound."""
        execution = self.executions.get(execution_id)
        with self.db.read() as conn:
            job = jobs.find(conn, execution.job_id)
            ids = results.attempts(conn, execution.first_id)
            attempts = history.listing(conn, history.Filter(ids=ids), len(ids))[::-1]
            given = execution.task_kwargs
            if given is None:
                ran = versions.find(conn, execution.job_id, execution.version)
                given = ran.spec["task_kwargs"] if ran else job.task_kwargs if job else {}
        trace = execution.stack_trace
        return Story(
            execution, job, attempts, masked(given or {}), self.results.usual([execution.job_id])[execution.job_id],
            self.results.same(execution), own(trace) if trace else None,
        )  # fmt: skip

    def told(self, execution_id: int, *, level: str = "", words: str = "", before: int | None = None) -> Told:
        """The end of its output, or what comes before a line; only what is at the level and has the words."""
        with self.db.read() as conn:
            found = output.part(
                conn, execution_id, LINES + 1, before=before, sources=LEVELS.get(level), words=words[:200],
                longest=LONGEST + 1,
            )  # fmt: skip
            counts = output.counts(conn, execution_id)
            error = output.first(conn, execution_id, ("error",))
        return Told(found[-LINES:], len(found) > LINES, counts, error)
