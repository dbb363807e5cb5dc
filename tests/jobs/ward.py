"""Ready-made tasks as jobs of a real server on real data, whose runners die at the first progress when told to."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from rota.domain.alert import ChannelKind, ChannelSpec
from rota.domain.errors import RotaError
from rota.domain.execution import Execution, Status
from rota.domain.job import JobSpec
from rota.store import history
from rota.store.schema import causes, reports
from tests.channels.receivers import Web, web
from tests.cluster.cluster import Cluster
from tests.faults.site import ADA
from tests.jobs.workplace import Workplace
from tests.world import World

MORTAL = """
told = JobContext.progress

def last_words(self, *given, **more):
    told(self, *given, **more)
    if self.attempt == 1 and os.path.exists("mortal"):
        os.kill(os.getpid(), signal.SIGKILL)

JobContext.progress = last_words
"""
PATIENCE = 400.0
STATEMENTS = {"add": "INSERT INTO things (name) VALUES (:name)"}


@dataclass(frozen=True)
class Case:
    """A task at work.

    kwargs   its arguments
    hostile  what is put in their place; refusal: what is said of it
    message  what it says when there is nothing left to do
    look     what it changes, and how that is before, after one run, and after a second one (default: the same)
    """

    kwargs: Mapping[str, Any]
    hostile: Mapping[str, Any]
    refusal: str
    message: str
    look: Callable[["Ward"], Any] = lambda _: None
    before: Any = None
    after: Any = None
    again: Any = None

    def __post_init__(self) -> None:
        if self.again is None:
            object.__setattr__(self, "again", self.after)


class Ward:
    """A server, an application's database of the same kind as rota's own, a folder, a channel, a web server."""

    def __init__(
        self, url: str, app_url: str | None, folder: Path, monkeypatch: Any, hook: Web, past: World
    ) -> None:
        self.place = Workplace(folder, monkeypatch, url=app_url)
        self.past, self.hook, self.now = past, hook, datetime.now(UTC)
        self.naive = self.now.replace(tzinfo=None)
        self.cluster = Cluster(url, folder, MORTAL, ROTA_RUNNERS="2")
        self.mortal = folder / "mortal"
        monkeypatch.setenv("OPS_HOOK", hook.url)
        self.place.allow(
            job_hosts=hook.host, job_statements=json.dumps(STATEMENTS), app_database_url=self.place.url
        )

    def start(self, cases: Mapping[str, Case]) -> None:
        """Start the server, and make each task a job; and another one that has hostile arguments."""
        channel = ChannelSpec(name="ops", kind=ChannelKind.WEBHOOK, url="env:OPS_HOOK")
        self.cluster.rota.alerts.channels.create(channel, ADA)
        self.cluster.start("serve", "--no-web")
        self.cluster.until(lambda: self.cluster.here("agent") == 1, "there is an agent", PATIENCE)
        for task, case in cases.items():
            spec = JobSpec(
                name=task[5:], task_name=task, task_kwargs=dict(case.kwargs), max_retries=1, backoff=0.05
            )
            self.cluster.rota.jobs.create(spec, ADA)
            self.cluster.rota.jobs.create(
                spec.model_copy(update={"name": f"bad_{task[5:]}", "max_retries": 0}), ADA
            )

    def run(self, jobs: Mapping[str, Mapping[str, Any]], attempts: int = 1) -> dict[str, list[Execution]]:
        """Run these jobs, each with what is put in the place of its arguments. Returns their new attempts, by job."""
        asked = {self.cluster.run(job, **kwargs): job for job, kwargs in jobs.items()}
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = self._attempts(asked)
            if all(len(some) >= attempts and all(one.is_final for one in some) for some in found.values()):
                return found
            time.sleep(0.2)
        raise AssertionError(f"not within {PATIENCE:g} s: {len(asked)} jobs are over")

    def _attempts(self, asked: Mapping[int, str]) -> dict[str, list[Execution]]:
        found: dict[str, list[Execution]] = {job: [] for job in asked.values()}
        wanted = history.Filter(after_id=min(asked) - 1)
        for one in reversed(self.cluster.rota.executions.search(wanted, size=500)):
            if one.first_id in asked:
                found[one.job_name].append(one)
        return found

    def refused(self, job: str, hostile: Mapping[str, Any]) -> str:
        """What is said of a hostile argument: when it is asked for, or by the body."""
        try:
            (tried,) = self.run({job: hostile})[job]
        except RotaError as refusal:
            return str(refusal)
        assert tried.status is not Status.SUCCEEDED, tried.message
        return f"{tried.error_message or tried.message}"

    def notices(self, job: str) -> int:
        """How many messages a job has sent."""
        mine = (causes.c.kind == "notice", causes.c.info["job"].as_string() == job)
        return self.count(causes, *mine)

    def kept(self, kind: str) -> int:
        """How many reports of a kind are kept."""
        return self.count(reports, reports.c.kind == kind)

    def count(self, table: Any, *conditions: Any) -> int:
        """Rows of a table of rota's."""
        with self.cluster.rota.db.read() as conn:
            return int(conn.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one())


@contextlib.contextmanager
def ward(url: str, app_url: str | None, folder: Path, monkeypatch: Any, answer: Any) -> Iterator[Ward]:
    """One for the length of the block."""
    past = World(url)
    with web(answer) as hook:
        made = Ward(url, app_url, folder, monkeypatch, hook, past)
        try:
            yield made
        finally:
            past.close()
            made.place.engine.dispose()
            made.cluster.close()
