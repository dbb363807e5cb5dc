"""Jobs of every fate, a few seconds apart: `rota serve -m examples.heart`, or `make run`.

They only pretend to work, so that there is something to see: what succeeds, fails, is tried again, takes
long, is stopped because it takes too long, and is skipped because it still runs.
"""

import asyncio
import time

from rota import JobContext, JobResult, Retry, job


@job(every="5s", priority=9)
def tick() -> None:
    """The smallest job: every five seconds, on the second."""
    print("tick")


@job(every="20s", title="Import orders", tags=["shop"], kwargs={"orders": 30})
async def import_orders(context: JobContext, *, orders: int = 10) -> JobResult:
    """Reports how far it has come, and in the end what it did."""
    for number in range(1, orders + 1):
        await asyncio.sleep(0.1)
        context.progress(number, orders, "orders")
    context.log.info("imported %d orders", orders)
    return JobResult(message=f"{orders} orders imported", items_processed=orders, metrics={"orders": orders})


@job(every="30s", max_retries=3, title="Fetch exchange rates", tags=["shop"])
def fetch_rates(context: JobContext) -> dict[str, float]:
    """Fails twice and succeeds at the third attempt: two retries, after 1 s and after 2 s."""
    if context.attempt == 1:
        raise ConnectionError("the bank does not answer")
    if context.attempt == 2:
        raise Retry(after=2, message="the bank asked to slow down")
    return {"EUR": 1.0, "CHF": 0.94}


@job(cron="50 * * * * *", title="Send the newsletter")
def send_newsletter() -> None:
    """Always fails, in second 50 of every minute: its history shows the error and the line."""
    readers: list[str] = []
    print(f"the first reader is {readers[0]}")


@job(cron="5,15 * * * * *", title="Rebuild the search index", timeout=60, tags=["slow"])
def rebuild_index(context: JobContext, *, seconds: int = 15) -> JobResult:
    """Takes 15 seconds and starts in second 5; in second 15 it still runs, so that slot is skipped."""
    for second in range(1, seconds + 1):
        time.sleep(1)
        context.progress(second, seconds, "pages")
    return JobResult(message="index rebuilt", items_processed=seconds)


@job(cron="40 * * * * *", title="Query without an index", timeout=3, tags=["slow"])
def slow_query() -> None:
    """Takes longer than it may: it is stopped after 3 seconds, and `finally` still runs."""
    try:
        time.sleep(60)
    finally:
        print("query cancelled, connection given back")
