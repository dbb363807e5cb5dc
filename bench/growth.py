"""The same questions to a small and to a large database: what a tick, each list, filter, search and figure take.

Jobs and executions grow together, tenfold a step. Flat is the aim; a B-tree makes it logarithmic. The plot and the
ratios of growth go by the least of all rounds: whatever else the machine does can only add to it. At 100,000 jobs and
a million executions each question is to be answered, at the median, within 50 ms.
"""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from statistics import median

from sqlalchemy import select, update
from starlette.testclient import TestClient

from bench import history, site
from bench.figure import Figure, Ratio, Report, Scale
from bench.plot import plot
from bench.questions import API, questions
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
TICK, OVERVIEW = f"tick that plans {BATCH}", "overview, counted anew"
PLOTTED = (
    TICK, OVERVIEW, "jobs, the deepest page", "search that finds one", "executions, by cursor",
    "executions, failed", "a job's executions", "why a job waits",
)  # fmt: skip
CERTIFIED = (100_000, 1_000_000)
WANTED = 50
"""Milliseconds that the median of each question may take with so many jobs and executions."""
FRESH = 1.1
"""Seconds after which figures are counted anew."""

Answer = tuple[str, tuple[float, ...]]
"""A question, and the milliseconds of each round."""


def measure(scale: Scale) -> Report:
    """Medians of each question at each size, how they grow, and how far the slowest is within its bound."""
    sizes = scale.pick(
        ((10, 100), (100, 1_000)),
        ((1_000, 10_000), (10_000, 100_000), CERTIFIED),
        ((1_000, 10_000), (10_000, 100_000), CERTIFIED, (1_000_000, 10_000_000)),
    )
    report, lines = Report(), dict[str, list[tuple[int, float]]]()
    with site.kinds() as kinds:
        for database, fresh in kinds.items():
            for jobs, total in sizes:
                with fresh() as address, site.rota_on(address) as rota:
                    history.fill(rota, jobs, total)
                    answers = list(_answers(rota, jobs, total))
                size = f"{jobs:,} jobs, {total:,} executions"
                report.figures += [
                    Figure(f"{database}, {size}", what, "ms", times) for what, times in answers
                ]
                for what, times in answers:
                    if what in PLOTTED:
                        lines.setdefault(f"{what}, {database}", []).append((total, min(times)))
                if (jobs, total) == CERTIFIED:
                    report.ratios.append(_slowest(database, answers))
    report.ratios += [_flat(what, points) for what, points in lines.items()]
    PLOT.parent.mkdir(parents=True, exist_ok=True)
    PLOT.write_text(plot(lines, "executions in the database", "ms"))
    return report


def _slowest(database: str, answers: list[Answer]) -> Ratio:
    asked = [(median(times), what) for what, times in answers if what != TICK]
    took, what = max(asked)
    told = f"slowest of {len(asked)} questions, {database} ({what}): median within {WANTED} ms"
    return Ratio(told, WANTED / took, 1.0)


def _flat(what: str, points: list[tuple[int, float]]) -> Ratio:
    told = f"{what}: {points[-1][0]:,} beside {points[0][0]:,} executions"
    return Ratio(told, points[0][1] / points[-1][1])


def _answers(rota: Rota, jobs: int, total: int) -> Iterator[Answer]:
    yield TICK, tuple(_tick(rota, min(BATCH, jobs)) for _ in range(ROUNDS))
    _hold_up(rota, jobs // 100)
    rota.accounts.create("bench", Role.ADMIN, SYSTEM)
    headers = {"Authorization": f"Bearer {rota.tokens.create('bench', 'bench', SYSTEM).text}"}
    with TestClient(create(rota), base_url="http://localhost", headers=headers) as client:
        for what, path in questions(rota, jobs, total).items():
            yield what, tuple(_timed(lambda path=path: client.get(path)) for _ in range(ROUNDS))  # type: ignore[misc]
        yield OVERVIEW, tuple(_fresh(client) for _ in range(5))


def _hold_up(rota: Rota, count: int) -> None:
    """Let so many jobs be overdue for an hour."""
    ids = select(job_state.c.job_id).where(job_state.c.next_run.is_not(None)).limit(count)
    with rota.db.write() as conn:
        late = rota.clock.now() - timedelta(hours=1)
        conn.execute(update(job_state).where(job_state.c.job_id.in_(ids)).values(next_run=late))


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
