"""Every page of the dashboard over many jobs and a long history, in process: how long the server takes.

What pages share for a moment is read anew for each, as for somebody who looks once a minute.
"""

import math
import time
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from starlette.routing import Mount
from starlette.testclient import TestClient

from bench import history, site
from bench.figure import Figure, Ratio, Report, Scale
from rota.app import Rota
from rota.asgi import create
from rota.domain.actor import SYSTEM
from rota.domain.permission import Role
from rota.web.fresh import Fresh
from rota.web.site import PATH

TITLE = "Pages of the dashboard over a long history, in process"
ROUNDS = 20
WANTED = 200
"""Milliseconds that 95 of 100 answers may take."""

PAGES = (
    "/", "/?show=failed", "/?q=job_999", "/?sort=next_run", "/?sort=-last_run", "/{job}", "/{job}/executions",
    "/{job}/schedule", "/{job}/settings", "/{job}/history", "/{job}/edit", "/-/new", "/-/search?q=job_5",
    "/-/executions", "/-/timeline", "/-/calendar", "/-/nodes", "/-/audit", "/-/settings",
)  # fmt: skip


def measure(scale: Scale) -> Report:
    """The times of each page."""
    jobs = scale.pick(1_000, 10_000, 100_000)
    total = scale.pick(2_000, 100_000, 1_000_000)
    report = Report(notes=[f"{jobs:,} jobs, {total:,} executions"])
    with site.addresses() as addresses:
        for name, address in addresses:
            with site.rota_on(address) as rota:
                history.fill(rota, jobs, total)
                times = dict(measured(rota, jobs, scale.pick(2, ROUNDS)))
            report.figures += [Figure(f"rota, {name}", page, "ms", found) for page, found in times.items()]
            slowest = max(_p95(found) for found in times.values())
            report.ratios.append(
                Ratio(f"slowest page, p95, {name}: within {WANTED} ms", WANTED / slowest, 1.0)
            )
    return report


def _p95(times: tuple[float, ...]) -> float:
    return sorted(times)[math.ceil(len(times) * 0.95) - 1]


def measured(rota: Rota, jobs: int, rounds: int) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Milliseconds of each page, in each round."""
    rota.accounts.create("bench", Role.ADMIN, SYSTEM)
    token = rota.tokens.create("bench", "bench", SYSTEM).text
    headers = {"Authorization": f"Bearer {token}"}
    app = create(rota)
    with TestClient(app, base_url="http://localhost", headers=headers) as client:
        for page in PAGES:
            path = PATH + page.format(job=f"job_{jobs // 2}")
            yield path, tuple(timed(app, client, path) for _ in range(rounds))


def timed(app: FastAPI, client: TestClient, path: str) -> float:
    """Milliseconds that one page takes."""
    _forget(app)
    before = time.perf_counter()
    answer = client.get(path)
    took = (time.perf_counter() - before) * 1000
    assert answer.status_code == 200, answer.text[:500]
    return took


def _forget(app: FastAPI) -> None:
    """Let nothing be known from the page before."""
    dashboard: Any = next(
        route.app for route in app.routes if isinstance(route, Mount) and route.path == PATH
    )
    for shared in vars(dashboard.state)["_state"].values():
        if isinstance(shared, Fresh):
            shared.forget()
