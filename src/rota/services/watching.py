"""What those who wait look for: events after a position, output after a line, executions that have ended.

Each function looks for all who wait at once, so that a thousand watchers cost what one does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from rota.domain.attempt import Line
from rota.store import events, history, logs
from rota.store.events import Event, Position

EVENTS_AT_ONCE = 200
LINES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Output:
    """Lines that came, and whether there will be no more."""

    lines: list[Line]
    ended: bool


def news(conn: Connection, wanted: Iterable[Position]) -> dict[Position, list[Event]]:
    """The events after each position; only for those for which there are any."""
    found = {at: events.after(conn, at, EVENTS_AT_ONCE) for at in wanted}
    return {at: some for at, some in found.items() if some}


def output(conn: Connection, wanted: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Output]:
    """What came after each (execution, line); only for those that printed more, or have ended.

    Whether it has ended is asked first: what it printed last is written with its ending.
    """
    asked = list(wanted)
    final = history.ended(conn, {execution_id for execution_id, _ in asked})
    found = {}
    for execution_id, after in asked:
        lines = logs.read(conn, execution_id, after, LINES_AT_ONCE)
        over = execution_id in final and len(lines) < LINES_AT_ONCE
        if lines or over:
            found[execution_id, after] = Output(lines, over)
    return found


def ended(conn: Connection, wanted: Iterable[int]) -> dict[int, bool]:
    """Those of the executions that have ended, or are not there any more."""
    return dict.fromkeys(history.ended(conn, wanted), True)


def here(conn: Connection, at: datetime) -> Position:
    """The position of somebody who has seen everything until now. at: now"""
    return events.newest(conn, at)


def pulse(conn: Connection, wanted: Iterable[datetime]) -> dict[datetime, bool]:
    """The database answers, and has our tables. wanted: the instants of asking"""
    return {at: events.newest(conn, at) is not None for at in wanted}
