"""The days: a year as squares, and a month as a calendar, of all jobs."""

from calendar import Calendar, monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from fastapi import APIRouter
from starlette.responses import Response

from rota.domain.errors import Invalid
from rota.domain.execution import UNSUCCESSFUL, Status
from rota.domain.permission import Action
from rota.services.days import DayCounts, Days
from rota.services.load import Load
from rota.web.door import Page, PageRoute, does
from rota.web.draw.heat import heat, scale, strength
from rota.web.draw.marks import table
from rota.web.view import View

router = APIRouter(route_class=PageRoute)

YEAR = timedelta(days=371)
TOLERATED = 0.02
"""Where many jobs run, something fails every day: a day stands out when more than this share does."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the month. kind: its strength; planned: starts that are still to come; outside: of another month"""

    day: date
    outside: bool
    kind: str
    done: int
    failed: int
    missed: int
    planned: int


@router.get("/-/calendar", **does(Action.EXECUTION_READ))
def calendar(view: Page, month: str = "") -> Response:
    """A month. month: as 2026-11; this one without it"""
    today = view.times.local(view.times.now).date()
    first = _month(month, today)
    zone, days = view.times.name(), Days(view.rota.db)
    year = days.of_all(today - YEAR, today, zone)
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    shown = year if today - YEAR <= weeks[0][0] else days.of_all(weeks[0][0], weeks[-1][-1], zone)
    planned, complete = _planned(view, first, today)
    steps = scale(shown)
    squares = heat(year, today, TOLERATED)
    cells = [
        [_cell(day, first, shown.get(day), planned.get(day, 0), steps) for day in week] for week in weeks
    ]
    return view.render(
        "calendar.html", weeks=cells, first=first, today=today, year=squares, complete=complete,
        year_table=table(squares.table), before=_other(first, -1), following=_other(first, 1),
    )  # fmt: skip


def _month(text: str, today: date) -> date:
    try:
        return date.fromisoformat(f"{text}-01") if text else today.replace(day=1)
    except ValueError as error:
        raise Invalid(f'"{text[:20]}" is no month', fix="write it as 2026-11", field="month") from error


def _other(first: date, step: int) -> str | None:
    """The month before or after, as the address has it; None at the end of time."""
    number = first.year * 12 + first.month - 1 + step
    return f"{number // 12:04}-{number % 12 + 1:02}" if 1 <= number // 12 <= 9998 else None


def _planned(view: View, first: date, today: date) -> tuple[dict[date, int], bool]:
    """The starts of this month that are still to come, by day; of another month nothing is said."""
    if first != today.replace(day=1):
        return {}, True
    following = first + timedelta(days=monthrange(first.year, first.month)[1])
    zone = view.times.local(view.times.now).tzinfo
    until = datetime.combine(following, time(), zone).astimezone(UTC)
    ahead = Load(view.rota.db, view.rota.clock).ahead(until)
    found: dict[date, int] = {}
    for at, n in ahead.planned:
        day = view.times.local(at).date()
        found[day] = found.get(day, 0) + n
    return found, ahead.complete


def _cell(day: date, first: date, counts: DayCounts | None, planned: int, steps: list[float]) -> Cell:
    found = counts.counts if counts else {}
    failed = sum(found.get(status, 0) for status in UNSUCCESSFUL)
    kind = strength(counts, steps, TOLERATED) if counts else ""
    done, missed = found.get(Status.SUCCEEDED, 0), found.get(Status.MISSED, 0)
    return Cell(day, day.month != first.month, kind, done, failed, missed, planned)
