"""Lists, filters, search, history and figures over 100,000 jobs and 1,000,000 executions; by the API, in process."""

import os
import statistics
import time
from collections.abc import Iterator

from starlette.testclient import TestClient

from bench import history, site
from rota.app import Rota
from rota.asgi import create
from rota.domain.actor import SYSTEM
from rota.domain.permission import Role

JOBS = int(os.environ.get("ROTA_BENCH_JOBS", "100000"))
EXECUTIONS = int(os.environ.get("ROTA_BENCH_EXECUTIONS", "1000000"))
ROUNDS = 15
WANTED = 50
"""Milliseconds that the median of each may take."""

API = "/api/v1"


def main() -> None:
    """Print the median and the worst of each request, and which of them take too long."""
    print(f"{JOBS:,} jobs, {EXECUTIONS:,} executions; ms in process; wanted: each median under {WANTED}")
    with site.addresses() as addresses:
        for name, address in addresses:
            with site.rota_on(address) as rota:
                history.fill(rota, JOBS, EXECUTIONS)
                for line in measured(rota):
                    print(f"{name:<12}{line}", flush=True)


def measured(rota: Rota) -> Iterator[str]:
    """A line for each request."""
    rota.accounts.create("bench", Role.ADMIN, SYSTEM)
    token = rota.tokens.create("bench", "bench", SYSTEM).text
    headers = {"Authorization": f"Bearer {token}"}
    with TestClient(create(rota), base_url="http://localhost", headers=headers) as client:
        for path in requests(client):
            times = sorted(timed(client, path) for _ in range(ROUNDS))
            late = "   TOO SLOW" if statistics.median(times) > WANTED else ""
            yield f"{statistics.median(times):7.1f}  (worst {times[-1]:6.1f})  {path}{late}"
        yield f"{fresh(client):7.1f}  (worst    of 3)  {API}/jobs/stats/overview, counted anew"


def requests(client: TestClient) -> list[str]:
    """What is asked for. The cursors and names are of things in the middle."""
    deep = client.get(f"{API}/jobs/", params={"page": 100, "size": 100}).json()["next_cursor"]
    newest = client.get(f"{API}/executions").json()["items"][0]
    middle, job = newest["id"] - EXECUTIONS // 2, f"job_{JOBS // 2}"
    jobs = [
        "", "page=500&size=20", "size=100", f"size=100&cursor={deep}", "status=active", "status=paused",
        "is_enabled=true&job_type=custom", "tag=none", f"search=job_{JOBS - 1}", "search=zzz",
        "sort=next_run", "sort=-updated_at",
    ]  # fmt: skip
    runs = [
        "", "status=failed", "status=lost", f"job={job}", f"cursor={middle}", "trigger=scheduler",
        "trigger=manual", "trigger=retry", "since=2037-01-01T00:00:00Z", f"job={job}&status=failed",
    ]  # fmt: skip
    return [
        *(f"{API}/jobs/?{query}" for query in jobs),
        *(f"{API}/executions?{query}" for query in runs),
        *(f"{API}/jobs/{job}{part}" for part in ("", "/explain", "/schedule", "/executions")),
        f"{API}/executions/{newest['id']}",
        f"{API}/jobs/overdue/list",
        f"{API}/jobs/stats/overview",
    ]


def timed(client: TestClient, path: str) -> float:
    """Milliseconds of one request."""
    begun = time.perf_counter()
    answer = client.get(path)
    answer.raise_for_status()
    return (time.perf_counter() - begun) * 1000


def fresh(client: TestClient) -> float:
    """The figures when they are not kept from a moment ago: the worst of three."""
    worst = 0.0
    for _ in range(3):
        time.sleep(1.1)
        worst = max(worst, timed(client, f"{API}/jobs/stats/overview"))
    return worst


if __name__ == "__main__":
    main()
