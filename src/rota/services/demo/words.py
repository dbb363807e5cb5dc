"""What the executions of the demo said: output, results and traces that fit how they went."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Any

from rota.domain.attempt import Line
from rota.domain.execution import Status
from rota.domain.words import count, span
from rota.services.demo.cast import Error
from rota.services.demo.past import Past

TRACE = """Traceback (most recent call last):
  File "/srv/shop/jobs/__init__.py", line 22, in run
    return work(context, **kwargs)
  File "{file}", line {line}, in {function}
    {source}
  File "/srv/shop/.venv/lib/python3.12/site-packages/{package}", line 1084, in execute
    raise error
{kind}: {message}
"""


def trace(error: Error) -> str:
    """The traceback of an error."""
    file, line, function, source = error.place
    package = f"{error.kind.partition('.')[0].lower()}/connection.py"
    return TRACE.format(
        file=file,
        line=line,
        function=function,
        source=source,
        package=package,
        kind=error.kind,
        message=error.message,
    )


def message(one: Past) -> str | None:
    """What it said in the end."""
    if one.status is not Status.SUCCEEDED or not one.part.items:
        return None
    return f"{count(one.items)} {one.part.items} in {span(one.seconds)}"


def result(one: Past) -> dict[str, Any] | None:
    """What it returned."""
    if one.status is not Status.SUCCEEDED or not one.part.items:
        return None
    return {one.part.items: one.items, "failed": one.items_failed or 0}


def lines(one: Past, chance: Random) -> Iterator[Line]:
    """Its output, line by line."""
    assert one.started_at is not None
    assert one.ended_at is not None
    told = list(_told(one, chance))
    waits = [0.05, *(chance.uniform(0.6, 1.3) for _ in told[1:])]
    step = (one.ended_at - one.started_at) / (sum(waits) + 0.05)
    at: datetime = one.started_at
    for seq, ((source, text), wait) in enumerate(zip(told, waits, strict=True), 1):
        at += step * wait
        yield Line(seq, at, source, text)


def _told(one: Past, chance: Random) -> Iterator[tuple[str, str]]:
    name, items, many = one.part.spec.name, one.part.items, max(one.items or 0, 1)
    yield "info", f"{name} begins, attempt {one.attempt}"
    for key, value in one.part.spec.task_kwargs.items():
        yield "out", f"{key} = {value!r}"
    steps = min(12, max(3, round(one.seconds / 30)))
    for step in range(1, steps + 1):
        yield "info", f"{count(many * step // steps)} / {count(max(many, one.part.many))} {items}"
        if chance.random() < 0.06:
            yield (
                "warning",
                f"{items[:-1] or 'item'} {chance.randrange(10_000, 99_999)}: slow answer, tried again",
            )
    if one.error is not None:
        yield "error", one.error.message
        yield "error", f"{one.error.kind}, gave up after {span(one.seconds)}"
    elif one.status is Status.TIMED_OUT:
        yield "warning", f"asked to stop after {span(one.seconds)}, giving connections back"
    else:
        yield "info", f"done: {count(one.items)} {items}"
