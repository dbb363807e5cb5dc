"""A morning in a small shop, at the pace of a dashboard: `rota serve -m examples.demo`, or `make run`.

What succeeds, what fails and is tried again, what always fails, what reports how far it is, what takes long, and what
is stopped because it takes too long. They only pretend to work.
"""

import random
import time

from rota import JobContext, JobResult, Retry, job


@job(every="30s", title="Probe the payment service", tags=["health"], timeout=10)
def probe_payments(context: JobContext) -> JobResult:
    """Succeeds, and says how long the answer took."""
    wait = random.uniform(0.05, 0.4)
    time.sleep(wait)
    context.log.info("answered in %.0f ms", wait * 1000)
    return JobResult(message="the service is well", metrics={"answer_ms": round(wait * 1000)})


@job(every="2m", title="Import orders", tags=["shop"], kwargs={"orders": 120})
def import_orders(context: JobContext, *, orders: int = 50) -> JobResult:
    """Reports how far it is, warns now and then, and tells in the end what it did."""
    broken = 0
    for number in range(1, orders + 1):
        time.sleep(0.2)
        if random.random() < 0.03:
            broken += 1
            context.log.warning("order %d has no address, set aside", 41_000 + number)
        context.progress(number, orders, "orders")
    return JobResult(
        message=f"{orders - broken} orders imported", items_processed=orders - broken, items_failed=broken
    )


@job(every="1m", max_retries=3, backoff=5, title="Fetch exchange rates", tags=["shop"])
def fetch_rates(context: JobContext) -> dict[str, float]:
    """Fails at the first attempt, mostly, and succeeds at a later one."""
    if context.attempt < 3 and random.random() < 0.7:
        context.log.error("the bank does not answer")
        raise Retry(after=5, message="the bank does not answer")
    return {"EUR": 1.0, "CHF": round(random.uniform(0.92, 0.96), 4)}


@job(every="3m", title="Send the newsletter", tags=["mail"])
def send_newsletter(*, sender: str = "shop@example.com") -> None:
    """Always fails: its page shows the error, the line, and that it is the same again."""
    readers: list[str] = []
    print(f"{len(readers)} readers of what {sender} writes")
    print(f"the first reader is {readers[0]}")


@job(every="4m", title="Rebuild the search index", tags=["slow"], timeout=600, overlap="skip")
def rebuild_index(context: JobContext, *, pages: int = 1500) -> JobResult:
    """Takes two and a half minutes: time to watch it, and to cancel it."""
    for page in range(1, pages + 1):
        time.sleep(0.1)
        context.progress(page, pages, "pages")
        if page % 100 == 0:
            context.log.info("%d pages, %d words", page, page * 412)
    return JobResult(message="index rebuilt", items_processed=pages)


@job(every="5m", title="Report for the owner", timeout=5, tags=["slow"])
def owners_report() -> None:
    """Takes longer than it may: it is stopped after five seconds, and `finally` still runs."""
    try:
        time.sleep(60)
    finally:
        print("query cancelled, connection given back")


@job(daily="02:00", timezone="Europe/Rome", title="Back up the shop", tags=["nightly"], critical=True)
def back_up() -> JobResult:
    """Runs at night; run it now from its page."""
    time.sleep(8)
    return JobResult(message="42 tables, 1.2 GB", items_processed=42)
