"""What the journal needs besides the ready-made jobs."""

import os
import time
from pathlib import Path

from sqlalchemy import func, select

from examples.totallator.tables import journals
from rota import JobContext, JobResult, Retry, job


@job("my-new-job", title="My New Job", description="Description of what this job does", cron="0 * * * *", enabled=True,
     timeout=120, max_retries=2)  # fmt: skip
def my_new_job(context: JobContext) -> JobResult:
    """Count the journals, as an example of a new job."""
    began = time.monotonic()
    with context.db.connect() as conn:
        count = conn.execute(select(func.count()).select_from(journals)).scalar_one()
    took = round((time.monotonic() - began) * 1000)
    return JobResult(
        True, "Job completed successfully", metrics={"itemsProcessed": count, "executionTimeMs": took}
    )


@job("journal-backup", cron="${BACKUP_SCHEDULE}", description="Writes the journals into a file", timeout=600)
def journal_backup(context: JobContext) -> JobResult:
    """One line for each journal."""
    with context.db.connect() as conn:
        rows = conn.execute(select(journals).order_by(journals.c.id)).all()
    Path("var/journals.txt").write_text("".join(f"{row.id}\t{row.text}\t{row.amount}\n" for row in rows))
    return JobResult(message=f"{len(rows)} journals", items_processed=len(rows))


@job("fetch-rates", description="Fails until the bank answers", max_retries=3, backoff=0.05)
def fetch_rates(context: JobContext) -> JobResult:
    """Fail at the first two attempts, so that the retries can be seen."""
    if context.attempt < 3:
        raise ConnectionError("the bank does not answer")
    return JobResult(message="rates fetched")


@job("slow-query", description="Takes longer than it may", timeout=0.5)
def slow_query() -> None:
    """Wait, and be stopped."""
    time.sleep(60)


@job("asks-to-wait", description="Asks for another attempt", max_retries=1)
def asks_to_wait(context: JobContext) -> str:
    """Say when to try again."""
    if context.attempt == 1:
        raise Retry(after=0.05, message="asked to slow down")
    return os.environ.get("LANG", "done")
