"""200 clients of one server process at once: latency, errors, and whether every write that was answered is there.

`rota serve` in a process of its own; each client has a job and a token of its own, reads and changes and runs that
job and reads lists, one request after the other, without a pause. The clients share the machine with the server.
"""

import asyncio
import contextlib
import os
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import httpx2
from sqlalchemy import select

from bench import site
from bench.figure import Figure, Report, Scale
from rota.app import Rota
from rota.domain.actor import SYSTEM
from rota.domain.job import JobSpec
from rota.domain.permission import Role
from rota.store.schema import executions

TITLE = "200 clients of the API at once"
RATE = "requests"
CLIENTS = 200
KINDS = {"get": 35, "list": 15, "history": 10, "stats": 10, "change": 20, "run": 10}
"""Of a hundred requests so many."""


@dataclass
class Seen:
    """What all clients together have seen. Latencies in seconds."""

    latencies: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    runs: set[int] = field(default_factory=set)


class Client:
    """One client and its job."""

    def __init__(self, number: int, token: str, http: httpx2.AsyncClient, seen: Seen) -> None:
        self.name, self.http, self.seen = f"client_{number}", http, seen
        self.headers = {"Authorization": f"Bearer {token}"}
        self.changes = 0
        self.dice = random.Random(number)
        self.does: dict[str, Callable[[], Awaitable[None]]] = {
            "get": self.get, "list": self.list, "history": self.history, "stats": self.stats,
            "change": self.change, "run": self.run,
        }  # fmt: skip

    async def live(self, until: float) -> None:
        """Ask one thing after the other until that moment of the monotonic clock."""
        while time.perf_counter() < until:
            (kind,) = self.dice.choices(list(KINDS), list(KINDS.values()))
            began = time.perf_counter()
            try:
                await self.does[kind]()
            except Exception as problem:
                self.seen.errors[f"{kind}: {problem!r}"] += 1
            self.seen.latencies.append(time.perf_counter() - began)
            self.seen.kinds[kind] += 1

    async def _ask(self, method: str, path: str, **more: object) -> httpx2.Response:
        answer = await self.http.request(method, f"/api/v1{path}", headers=self.headers, **more)  # type: ignore[arg-type]
        if answer.status_code >= 300:
            raise RuntimeError(f"{answer.status_code} {answer.text[:200]}")
        return answer

    async def get(self) -> None:
        """Read one's own job; it is as one changed it last."""
        found = (await self._ask("GET", f"/jobs/{self.name}")).json()
        if found["metadata"].get("changes", 0) != self.changes:
            raise RuntimeError("a change that was answered is not there")

    async def list(self) -> None:
        """A page of jobs."""
        await self._ask("GET", f"/jobs/?size=20&page={self.dice.randint(1, 10)}")

    async def history(self) -> None:
        """The newest executions."""
        await self._ask("GET", "/executions?size=20")

    async def stats(self) -> None:
        """The numbers of the whole."""
        await self._ask("GET", "/jobs/stats/overview")

    async def change(self) -> None:
        """Change one's own job."""
        changed = {"metadata": {"changes": self.changes + 1}}
        await self._ask("PATCH", f"/jobs/{self.name}", json=changed)
        self.changes += 1

    async def run(self) -> None:
        """Ask for a run of one's own job."""
        self.seen.runs.add((await self._ask("POST", f"/jobs/{self.name}/execute")).json()["id"])


def measure(scale: Scale) -> Report:
    """What the clients saw on each database, and what of their writes is lost."""
    report, seconds = Report(), scale.pick(3.0, 30.0, 60.0)
    with site.addresses() as addresses:
        for name, address in addresses:
            with site.rota_on(address) as rota, serving(address) as url:
                site.wait_for_job(rota, "nothing")
                who = f"rota, {name}"
                report.figures += measured(rota, url, who, seconds)
                _set_beside_nothing(report, url, who, seconds)
    return report


def _set_beside_nothing(report: Report, url: str, who: str, seconds: float) -> None:
    """The same clients ask whether the server lives, which takes no database."""
    seen = Seen()
    took = asyncio.run(_ask_for_life(url, seen, seconds / 3))
    report.figures.append(Figure(f"{who}, /healthz", RATE, "/s", (len(seen.latencies) / took,)))
    report.more(RATE, who, f"{who}, /healthz")


async def _ask_for_life(url: str, seen: Seen, seconds: float) -> float:
    limits = httpx2.Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)
    async with httpx2.AsyncClient(base_url=url, limits=limits, timeout=60) as http:
        began = time.perf_counter()

        async def live() -> None:
            while time.perf_counter() < began + seconds:
                (await http.get("/healthz")).raise_for_status()
                seen.latencies.append(0)

        await asyncio.gather(*(live() for _ in range(CLIENTS)))
        return time.perf_counter() - began


@contextlib.contextmanager
def serving(address: str) -> Iterator[str]:
    """`rota serve` with two runners, on a free port. Gives its address."""
    with TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        module = Path(folder, "measured_jobs.py")
        module.write_text(site.NOTHING)
        free.close()
        command = [
            sys.executable,
            "-m",
            "rota",
            "serve",
            "-m",
            str(module),
            "--port",
            str(port),
            "--runners",
            "2",
        ]
        environ = os.environ | {"ROTA_DATABASE_URL": address}
        server = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_ready(url)
            yield url
        finally:
            server.terminate()
            server.wait(60)


def _wait_until_ready(url: str) -> None:
    deadline = time.perf_counter() + 60
    while True:
        with contextlib.suppress(httpx2.HTTPError):
            if httpx2.get(f"{url}/readyz").status_code == 200:
                return
        assert time.perf_counter() < deadline, "the server did not begin to answer"
        time.sleep(0.1)


def measured(rota: Rota, url: str, who: str, seconds: float) -> list[Figure]:
    """Let the clients live, then compare what they were told with what is there."""
    seen, tokens = Seen(), []
    task = rota.jobs.get("nothing").task_name
    rota.accounts.create("bench", Role.ADMIN, SYSTEM)
    for number in range(CLIENTS):
        rota.jobs.create(JobSpec(name=f"client_{number}", task_name=task, overlap="allow"), SYSTEM)
        tokens.append(rota.tokens.create(f"client {number}", "bench", SYSTEM).text)
    clients, took = asyncio.run(_live(url, tokens, seen, seconds))
    lost, doubled = _lost(rota, clients, seen)
    cuts = [1000 * cut for cut in quantiles(seen.latencies, n=100)]
    shares = [Figure(who, f"p{share} of a request", "ms", (cuts[share - 1],)) for share in (50, 95, 99)]
    writes = seen.kinds["change"] + len(seen.runs)
    note = f"of {writes:,} writes; {doubled} doubled; {seen.errors.total()} errors {seen.errors.most_common(1) or ''}"
    rate = Figure(who, RATE, "/s", (len(seen.latencies) / took,))
    return [
        rate,
        *shares,
        Figure(who, "writes that were answered and are lost", "", (float(lost),), note.rstrip()),
    ]


async def _live(url: str, tokens: list[str], seen: Seen, seconds: float) -> tuple[list[Client], float]:
    limits = httpx2.Limits(max_connections=CLIENTS, max_keepalive_connections=CLIENTS)
    async with httpx2.AsyncClient(base_url=url, limits=limits, timeout=60) as http:
        clients = [Client(number, token, http, seen) for number, token in enumerate(tokens)]
        began = time.perf_counter()
        await asyncio.gather(*(client.live(began + seconds) for client in clients))
        return clients, time.perf_counter() - began


def _lost(rota: Rota, clients: list[Client], seen: Seen) -> tuple[int, int]:
    """How many writes that were answered are not there, and how many are there more than once."""
    lost = doubled = 0
    for client in clients:
        job = rota.jobs.get(client.name)
        lost += client.changes - job.metadata.get("changes", 0)
        doubled += job.version - 1 - client.changes
    with rota.db.read() as conn:
        there = set(conn.execute(select(executions.c.id)).scalars())
        asked = conn.execute(select(executions.c.id).where(executions.c.trigger == "api")).scalars().all()
    return lost + len(seen.runs - there), doubled + len(set(asked) - seen.runs)
