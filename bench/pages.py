"""Every page of the dashboard over 100,000 jobs and 1,000,000 executions, in process: how long the server takes."""

import os
import time
from collections.abc import Iterator

from starlette.testclient import TestClient

from bench import history, site
from rota.app import Rota
from rota.asgi import create
from rota.domain.actor import SYSTEM
from rota.domain.permission import Role
from rota.web.site import PATH

JOBS = int(os.environ.get("ROTA_BENCH_JOBS", "100000"))
EXECUTIONS = int(os.environ.get("ROTA_BENCH_EXECUTIONS", "1000000"))
ROUNDS = 20
WANTED = 200
"""Milliseconds that 95 of 100 answers may take."""

PAGES = (
    "/", "/?show=failed", "/?q=job_999", "/?sort=next_run", "/?sort=-last_run", "/{job}", "/{job}/executions",
    "/{job}/schedule", "/{job}/settings", "/{job}/history", "/{job}/edit", "/-/new", "/-/search?q=job_5",
    "/-/executions", "/-/timeline", "/-/calendar", "/-/nodes", "/-/audit", "/-/settings",
)  # fmt: skip


def main() -> None:
    """Print the 95th percentile and the median of each page, and which of them take too long."""
    print(f"{JOBS:,} jobs, {EXECUTIONS:,} executions; ms in process; wanted: p95 under {WANTED}")
    with site.addresses() as addresses:
        for name, address in addresses:
            with site.rota_on(address) as rota:
                history.fill(rota, JOBS, EXECUTIONS)
                for line in measured(rota):
                    print(f"{name:<12}{line}", flush=True)


def measured(rota: Rota) -> Iterator[str]:
    """A line for each page."""
    rota.accounts.create("bench", Role.ADMIN, SYSTEM)
    token = rota.tokens.create("bench", "bench", SYSTEM).text
    headers = {"Authorization": f"Bearer {token}"}
    with TestClient(create(rota), base_url="http://localhost", headers=headers) as client:
        for page in PAGES:
            path = PATH + page.format(job=f"job_{JOBS // 2}")
            times = sorted(timed(client, path) for _ in range(ROUNDS))
            p95 = times[ROUNDS * 95 // 100 - 1]
            late = "   TOO SLOW" if p95 > WANTED else ""
            yield f"{p95:7.1f}  (median {times[ROUNDS // 2]:6.1f})  {path}{late}"


def timed(client: TestClient, path: str) -> float:
    """Milliseconds that one page takes."""
    before = time.perf_counter()
    answer = client.get(path)
    took = (time.perf_counter() - before) * 1000
    assert answer.status_code == 200, answer.text[:500]
    return took
