"""How one execution is told: its output line by line, its states, its progress, in words and marks."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from rota.domain.attempt import Line
from rota.domain.execution import Execution, Status, Trigger
from rota.domain.secret import MASK
from rota.domain.words import count, milliseconds, nearest, rough
from rota.services.story import LONGEST, Story, Told
from rota.web.draw import meter

WORDS = {"out": "OUT", "err": "ERR", "debug": "DEBUG", "info": "INFO", "warning": "WARN", "error": "ERROR"}
KINDS = {"warning": "warn", "error": "err"}
TRIGGERS = {
    Trigger.SCHEDULER: "by the schedule",
    Trigger.RETRY: "as a retry",
    Trigger.DEPENDENCY: "after another job",
    Trigger.BACKFILL: "to fill a gap",
}
LATE = 1.0
"""Seconds after its time from which a start is worth the word "late"."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of output as it is shown."""

    line: Line
    kind: str
    word: str
    text: str


def row(line: Line) -> Row:
    cut = (
        f"{line.text[:LONGEST]}… (cut here; the download has all of it)"
        if len(line.text) > LONGEST
        else line.text
    )
    return Row(line, KINDS.get(line.source, ""), WORDS.get(line.source, line.source.upper()), cut)


def trigger(one: Execution) -> str:
    return TRIGGERS.get(one.trigger, f"asked for by {one.triggered_by}")


def late(one: Execution) -> str | None:
    lag = one.lag.total_seconds() if one.lag is not None and one.attempt == 1 else 0.0
    return f"{rough(lag)} late" if lag >= LATE else None


def elapsed(story: Story, now: datetime) -> Markup | None:
    one = story.execution
    if one.started_at is None or one.status is not Status.RUNNING:
        return None
    ms = (now - one.started_at).total_seconds() * 1000
    return meter.elapsed(ms, story.usual, story.job.timeout * 1000 if story.job else None)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it has come, in words and as a bar."""

    done: str
    of: str
    left: str | None
    bar: Markup


def progress(one: Execution, now: datetime) -> Progress | None:
    done, total = one.progress_done, one.progress_total
    if one.status is not Status.RUNNING or (done is None and one.progress_message is None):
        return None
    words = one.progress_message or ""
    of = f"/ {count(total)} {words}" if total else words
    left = None
    if total and done and one.started_at and 0 < done < total:
        left = f"about {nearest((now - one.started_at).total_seconds() * (total - done) / done)} left"
    bar = meter.progress(done or 0, total, f"{count(done)} {of}")
    return Progress(count(done), of.strip(), left, bar)


@dataclass(frozen=True, slots=True)
class Step:
    """One state that it was in. took: how long, None where that is not known"""

    icon: str
    title: str
    at: datetime | None
    detail: str
    took: str | None
    state: str = ""


def steps(one: Execution, now: datetime) -> list[Step]:
    """Planned, queued, running, ended: those that it came to."""
    found, queue = list[Step](), f"{one.queue}, priority {one.priority}"
    if one.scheduled_for is not None:
        slots = f"{one.slot_count} slots, this is the last" if one.slot_count > 1 else ""
        found.append(Step("planned", "Planned", one.scheduled_for, slots, None))
    if one.status not in (Status.SKIPPED, Status.MISSED):
        wait = _took(one.queued_at, one.started_at or one.ended_at or now)
        held = f"{queue}; held for its {one.hold}" if one.hold and one.status is Status.QUEUED else queue
        found.append(Step("queued", "Queued", one.queued_at, held, wait))
    if one.started_at is not None:
        took = milliseconds(one.duration_ms) if one.duration_ms is not None else _took(one.started_at, now)
        found.append(Step("running", "Running", one.started_at, one.node or "", took, "running"))
    if one.ended_at is not None:
        word = one.status.value.replace("_", " ").capitalize()
        found.append(Step(one.status.value, word, one.ended_at, "", None, one.status.value))
    return found


def _took(since: datetime, until: datetime) -> str:
    return milliseconds(max(0.0, (until - since).total_seconds() * 1000))


def pretty(value: Any) -> str | None:
    return None if value is None else json.dumps(value, indent=2, ensure_ascii=False)


def pairs(values: dict[str, Any]) -> list[tuple[str, str | None]]:
    """Names and values as text; None for a secret."""
    told = {
        name: None if value == MASK else json.dumps(value, ensure_ascii=False)
        for name, value in values.items()
    }
    return [(name, text if text is None else text[:1000]) for name, text in told.items()]


def log_end(one: Execution, told: Told) -> str:
    lines = told.count()
    kept = f"{count(lines)} {'line' if lines == 1 else 'lines'}, {count(one.output_bytes)} bytes."
    dropped = f" {count(one.output_dropped)} bytes in the middle were not kept." if one.output_dropped else ""
    return kept + (dropped or " Nothing was dropped.")
