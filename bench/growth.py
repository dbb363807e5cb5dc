"""The same questions to a small and to a large database: what a tick, a list, the history and the figures take.

Jobs and executions grow together, tenfold a step. Flat is the aim; a B-tree makes it logarithmic. The plot and the
ratios go by the least of all rounds: whatever else the machine does can only add to it.
"""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from sqlalchemy import select, update
from starlette.testclient import TestClient

from bench import history, site
from bench.figure import Figure, Ratio, Report, Scale
from bench.plot import plot
from bench.results import FOLDER
from rota.app import Rota
from rota.asgi import create
from rota.domain.actor import SYSTEM
from rota.domain.permission import Role
from rota.engine.scheduler import Scheduler
from rota.store.schema import job_state

TITLE = "The same questions to a small and to a large database"
PLOT = FOLDER / "results" / "growth.svg"
ROUNDS = 15
BATCH = 100
API = "/api/v1"
FRESH = 1.1
"""Seconds after which figures are counted anew."""


def measure(scale: Scale) -> Report:
    """Medians of each question at each size, and how much longer the largest takes than the smallest."""
    sizes = scale.pick(
        ((10, 100), (100, 1_000)),
        ((1_000, 10_000), (10_000, 100_000)),
        ((1_000, 10_000), (10_000, 100_000), (100_000, 1_000_000), (1_000_000, 10_000_000)),
    )
    report, lines = Report(), dict[str, list[tuple[int, float]]]()
    with site.kinds() as kinds:
        for database, fresh in kinds.items():
            for jobs, total in sizes:
                with fresh() as address, site.rota_on(address) as rota:
                    history.fill(rota, jobs, total)
                    for what, times in _answers(rota, jobs, total):
                        size = f"{jobs:,} jobs, {total:,} executions"
                        report.figures.append(Figure(f"{database}, {size}", what, "ms", times))
                        lines.setdefault(f"{what}, {database}", []).append((total, min(times)))
    for what, points in lines.items():
        flat = points[0][1] / points[-1][1]
        report.ratios.append(Ratio(f"{what}: {points[-1][0]:,} beside {points[0][0]:,} executions", flat))
    PLOT.parent.mkdir(parents=True, exist_ok=True)
    PLOT.write_text(plot(lines, "executions in the database", "ms"))
    return report


def _answers(rota: Rota, jobs: int, total: int) -> Iterator[tuple[str, tuple[float, ...]]]:
    yield f"tick that plans {BATCH}", tuple(_tick(rota, min(BATCH, jobs)) for _ in range(ROUNDS))
    rota.accounts.create("bench", Role.ADMIN, SYSTEM)
    headers = {"Authorization": f"Bearer {rota.tokens.create('bench', 'bench', SYSTEM).text}"}
    with TestClient(create(rota), base_url="http://localhost", headers=headers) as client:
        for what, path in _questions(jobs, total).items():
            yield what, tuple(_timed(lambda path=path: client.get(path)) for _ in range(ROUNDS))  # type: ignore[misc]
        yield "figures, counted anew", tuple(_fresh(client) for _ in range(3))


def _questions(jobs: int, total: int) -> dict[str, str]:
    job = f"job_{jobs // 2}"
    return {
        "a page of jobs": f"{API}/jobs/?size=20&page={max(jobs // 40, 1)}",
        "search": f"{API}/jobs/?search=job_{jobs - 1}",
        "history": f"{API}/executions?cursor={total // 2}",
        "history, failed": f"{API}/executions?status=failed",
        "history of a job": f"{API}/jobs/{job}/executions",
        "why a job waits": f"{API}/jobs/{job}/explain",
    }


def _tick(rota: Rota, count: int) -> float:
    """Milliseconds of planning so many jobs that are due now, beside all the others, which are not."""
    ids = select(job_state.c.job_id).order_by(job_state.c.job_id).limit(count)
    with rota.db.write() as conn:
        now = rota.clock.now() - timedelta(milliseconds=1)
        conn.execute(update(job_state).where(job_state.c.job_id.in_(ids)).values(next_run=now))
    scheduler = Scheduler(rota.db, rota.clock, 1)
    began = time.perf_counter()
    planned = scheduler.tick().jobs
    took = (time.perf_counter() - began) * 1000
    assert planned == count, f"{planned} of {count} were planned"
    return took


def _fresh(client: TestClient) -> float:
    time.sleep(FRESH)
    return _timed(lambda: client.get(f"{API}/jobs/stats/overview"))


def _timed(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    answer = ask()
    took = (time.perf_counter() - began) * 1000
    assert getattr(answer, "status_code", 0) == 200, answer
    return took
