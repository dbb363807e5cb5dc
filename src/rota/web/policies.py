"""What a job's policies mean, as sentences: for its page, and for the choices of its form."""

from collections.abc import Iterator
from datetime import timedelta

from rota.domain.job import Definition, Misfire, Overlap
from rota.domain.retry import wait_before_retry
from rota.domain.words import count, plural, span

OVERLAP = {
    Overlap.SKIP: ("Skip the new one", "a slot that comes while it runs is skipped, and counted"),
    Overlap.QUEUE_ONE: ("Let one wait", "one more waits until it has ended; further ones are skipped"),
    Overlap.QUEUE_ALL: ("Let all wait", "every slot waits its turn"),
    Overlap.CANCEL_RUNNING: ("Stop the old one", "what runs is cancelled, the new one takes its place"),
    Overlap.ALLOW: ("Run side by side", "as many at a time as there are runners"),
}
MISFIRE = {
    Misfire.RUN_ONCE: ("Run once", "the latest of the missed slots runs, the others are counted as missed"),
    Misfire.SKIP: ("Let it go", "missed slots stay missed"),
    Misfire.RUN_ALL: ("Run them all", "every missed slot runs, up to the limit"),
}


def timeout(seconds: float) -> str:
    """How long it may take."""
    return span(seconds) if seconds else "none"


def retries(job: Definition) -> str:
    """ "3, after 1 s, 2 s and 4 s"."""
    if not job.retryable or job.max_retries == 0:
        return "none"
    each = list(_waits(job, min(job.max_retries, 4)))
    last = f" and {each[-1]}" if len(each) > 1 and job.max_retries <= 4 else ""
    first = ", ".join(each[:-1] if last else each)
    more = ",\u00a0…" if job.max_retries > 4 else ""
    return f"{count(job.max_retries)}, after {first}{last}{more}"


def waits(job: Definition) -> str:
    """What follows the number of retries in a form: "times, after 1 s, 2 s and 4 s"."""
    _, _, told = retries(job).partition(", ")
    times = "time" if job.max_retries == 1 else "times"
    if not told:
        return times if job.max_retries == 0 else f"{times}, but it may not be tried again"
    return f"{times}, {told}"


def again(job: Definition) -> str:
    """ "tries again 3 times, after 1 s, 2 s and 4 s", or that it does not."""
    told = retries(job)
    if told == "none":
        return "does not try again"
    number, _, after = told.partition(", ")
    often = {"1": "once", "2": "twice"}.get(number, f"{number} times")
    return f"tries again {often}, {after}"


def _waits(job: Definition, n: int) -> Iterator[str]:
    base, cap = timedelta(seconds=job.backoff), timedelta(seconds=max(job.backoff_cap, job.backoff))
    for attempt in range(1, n + 1):
        yield span(wait_before_retry(attempt, base=base, cap=cap).total_seconds())


def settings(job: Definition) -> list[tuple[str, str, str]]:
    """Everything that a job's definition says besides schedule and arguments: (field, label, value)."""
    return [
        ("task_queue", "Queue", job.task_queue),
        ("task_priority", "Priority", f"{job.task_priority} of 9"),
        ("timeout", "Time-out", timeout(job.timeout)),
        ("memory_limit", "Memory limit", f"{job.memory_limit:,} MB" if job.memory_limit else "none"),
        ("max_retries", "Retries", retries(job)),
        ("overlap", "While it still runs", OVERLAP[job.overlap][0]),
        ("misfire", "If a slot was missed", MISFIRE[job.misfire][0]),
        ("grace", "Late counts as missed after", span(job.grace)),
        ("catch_up_limit", "Catches up at most", plural(job.catch_up_limit, "slot")),
        ("critical", "Critical", "yes" if job.critical else "no"),
        ("is_enabled", "Enabled", "yes" if job.is_enabled else "no"),
    ]
