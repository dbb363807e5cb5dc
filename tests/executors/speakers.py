"""Bodies that make it hard to hear what they say."""

import os
from typing import Any

from rota import JobContext, JobResult, task


@task("log_in_children")
def log_in_children(context: JobContext) -> None:
    """Three processes that it forks log long entries and short ones, and so does it."""
    children = []
    for who in "abc":
        if not (child := os.fork()):
            _log_long_and_short(context, who)
            os._exit(0)
        children.append(child)
    _log_long_and_short(context, "r")
    for child in children:
        os.waitpid(child, 0)


def _log_long_and_short(context: JobContext, who: str) -> None:
    for _ in range(20):
        context.log.info(who * 10_000)
        context.log.warning(who)


@task("say_the_unsayable")
def say_the_unsayable(context: JobContext, fails: bool) -> Any:
    """In every way there is, in what no UTF-8 (a lone surrogate) and no PostgreSQL (NUL) can hold."""
    odd = "\ud800 \0"
    context.log.info(odd)
    context.progress(1, 1, odd)
    if fails:
        raise ValueError(odd)
    return JobResult(message=odd, metrics={odd: odd}, data=odd)


@task("log_a_huge_entry")
def log_a_huge_entry(context: JobContext) -> None:
    """200 MB in one entry."""
    context.log.info("x" * 200_000_000)
