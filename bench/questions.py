"""What is asked of the API over a long history: every list, filter, search, history and figure."""

from datetime import timedelta
from urllib.parse import urlencode

from rota.app import Rota
from rota.domain.job import JobStatus
from rota.http import cursors
from rota.store.job_pages import COLUMNS, DEEPEST, Mark, Order

API = "/api/v1"


def questions(rota: Rota, jobs: int, total: int) -> dict[str, str]:
    """What is asked -> its address, for a database that `history.fill` filled."""
    told = {
        **_lists(jobs),
        **_filters(),
        **_orders(),
        **_searches(jobs),
        **_history(rota, jobs, total),
        **_of_jobs(jobs),
    }
    return {what: API + path for what, path in told.items()}


def _lists(jobs: int) -> dict[str, str]:
    middle = cursors.write(Mark(f"job_{jobs // 2}", jobs // 2), Order())
    return {
        "jobs": "/jobs/",
        "jobs, the deepest page": f"/jobs/?page={max(min(jobs, DEEPEST) // 20, 1)}",
        "jobs, by cursor": f"/jobs/?cursor={middle}",
        "jobs, 100 at once": "/jobs/?size=100",
    }


def _filters() -> dict[str, str]:
    asked = [
        *({"status": status.value} for status in JobStatus),
        {"is_enabled": "true"}, {"is_enabled": "false"}, {"is_overdue": "true"},
        {"job_type": "type_1"}, {"job_type": "nobody's"},
        {"tag": "nightly"}, {"tag": "team-7"}, {"tag": "nobody's"},
        {"job_type": "type_2", "sort": "-updated_at"}, {"tag": "team-7", "sort": "next_run"},
        {"status": "paused", "sort": "-last_run"}, {"status": "disabled", "search": "99"},
    ]  # fmt: skip
    return {f"jobs, {_told(one)}": f"/jobs/?{urlencode(one)}" for one in asked}


def _told(one: dict[str, str]) -> str:
    return " and ".join(f"{name} {value}" for name, value in one.items())


def _orders() -> dict[str, str]:
    fields = [field for name in COLUMNS for field in (name, f"-{name}")]
    return {f"jobs, by {field}": f"/jobs/?sort={field}" for field in fields}


def _searches(jobs: int) -> dict[str, str]:
    words = {"one": f"job_{jobs - 1}", "none": "no such thing", "all": "import", "some": "region 17"}
    return {
        f"search that finds {found}": f"/jobs/?{urlencode({'search': word})}" for found, word in words.items()
    }


def _history(rota: Rota, jobs: int, total: int) -> dict[str, str]:
    now = rota.clock.now()
    day, month = (f"{now - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}" for days in (1, 30))
    asked = {
        "newest": "", "by cursor": f"cursor={total // 2}", "failed": "status=failed", "lost (none)": "status=lost",
        "running (none)": "status=running", "succeeded": "status=succeeded",
        "failed or timed out, by cursor": f"status=failed&status=timed_out&cursor={total // 2}",
        "manual": "trigger=manual", "by the API (none)": "trigger=api", "by the scheduler": "trigger=scheduler",
        "of the last day": f"since={day}", "until a month ago": f"until={month}",
        "failed of the last day": f"since={day}&status=failed", "of a node": "node=1", "of no node": "node=99",
        "of a busy job": "job=job_7", "of a quiet job": f"job=job_{jobs - 5}",
        "of a job, failed": "job=job_0&status=failed",
        "of a job, lost (none)": "job=job_7&status=lost", "of a job, last day": f"job=job_7&since={day}",
        "of a job, by cursor": f"job=job_7&cursor={total // 2}",
    }  # fmt: skip
    return {f"executions, {what}": f"/executions?{query}" for what, query in asked.items()}


def _of_jobs(jobs: int) -> dict[str, str]:
    job = f"/jobs/job_{jobs // 2}"
    return {
        "a job": job,
        "a job's executions": f"{job}/executions",
        "a job's fires": f"{job}/schedule",
        "why a job waits": f"{job}/explain",
        "overdue jobs": "/jobs/overdue/list",
        "overview, of the last second": "/jobs/stats/overview",
    }
