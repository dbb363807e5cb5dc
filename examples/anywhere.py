"""Jobs that run the same on a laptop and on many machines: nothing in here says where.

On one machine:   rota serve -m examples.anywhere
On PostgreSQL:    ROTA_DATABASE_URL=postgresql://…  rota scheduler (any number), rota worker -m examples.anywhere
On Celery too:    ROTA_QUEUES='*=celery' ROTA_BROKER_URL=amqp://…  rota worker -Q default -m examples.anywhere
"""

import time

from rota import DoNotRetry, JobContext, JobResult, job


@job(overlap="queue_all")
def steady(context: JobContext) -> JobResult:
    """Ends well each time, with a result."""
    context.progress(1, 1, "done")
    return JobResult(message="counted", items_processed=3)


@job(max_retries=3, backoff=0.1)
def flaky(context: JobContext) -> str:
    """Fails twice, then ends well."""
    if context.attempt < 3:
        raise ConnectionError(f"attempt {context.attempt} was refused")
    return "the third time it worked"


@job(max_retries=5)
def hopeless() -> None:
    """Fails, and says that trying again is useless."""
    raise DoNotRetry("there is no such account")


@job(timeout=1)
def slow() -> None:
    """Takes longer than it may."""
    time.sleep(60)


@job(overlap="skip")
def busy() -> None:
    """Is not over when its next slot comes."""
    time.sleep(5)
