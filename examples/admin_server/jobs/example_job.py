"""How each job is built: it logs when it begins and ends, and lets errors pass."""

import time

from sqlalchemy import func, select

from examples.admin_server.tables import licences
from rota import JobContext, job


@job(name="example_job", daily="02:00", max_retries=1, backoff=0.05, critical=True)
class ExampleJob:
    """Counts the licences; fails when there is none."""

    @staticmethod
    async def run(context: JobContext) -> dict[str, int]:
        """Run the job."""
        began = time.monotonic()
        context.log.info("Starting Example Job")
        try:
            found = await ExampleJob.perform_task(context)
        except Exception as error:
            context.log.error("Example Job failed", error=str(error))
            raise
        context.log.info("Example Job completed", duration=round(time.monotonic() - began, 3))
        return {"licences": found}

    @staticmethod
    async def perform_task(context: JobContext) -> int:
        """The actual task."""
        with context.db.connect() as conn:
            count = int(conn.execute(select(func.count()).select_from(licences)).scalar_one())
        if not count:
            raise LookupError("there is no licence")
        return count
