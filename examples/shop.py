"""The jobs of a small shop, for the examples that have rota inside of a web application."""

from rota import JobResult, job


@job(every="2s", title="Count the orders", tags=["shop"], overlap="allow")
def count_orders(shelf: str = "all") -> JobResult:
    """Counts the orders, every two seconds."""
    print(f"counting the orders of {shelf}")
    return JobResult(message="12 orders", items_processed=12)
