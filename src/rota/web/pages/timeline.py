"""What ran when, side by side: a lane for each job, or for each node; planned starts in the same picture."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import Response

from rota.domain.errors import Invalid
from rota.domain.permission import Action
from rota.services.activity import Activity, Count, Lane
from rota.services.listing import Listing
from rota.services.load import Ahead
from rota.services.results import Results
from rota.store.job_pages import Mark, Order
from rota.store.jobs import MOST_ID, Filter
from rota.web.door import Page, PageRoute, does
from rota.web.draw import lanes, load
from rota.web.draw.axis import Window
from rota.web.draw.marks import TOGETHER, Table, counted, table
from rota.web.view import View

router = APIRouter(route_class=PageRoute)

SIZE = 25
WINDOWS = {"1h": ("1 h", 1), "6h": ("6 h", 6), "24h": ("24 h", 24), "7d": ("7 d", 168)}
LAST_YEAR = 9000
LONGEST_SPREAD = timedelta(minutes=30)
"""Within so long all of those that start together should have started, when they are spread."""


@dataclass(frozen=True, slots=True)
class Row:
    """One lane. href: None for a node"""

    name: str
    href: str | None
    svg: Markup


@router.get("/-/timeline", **does(Action.EXECUTION_READ))
def timeline(view: Page, w: str = "24h", day: str = "", by: str = "job", after: str = "") -> Response:
    """A window of an hour to a week. day: its date, today's without one; after: the name of the last job before"""
    if w not in WINDOWS:
        raise Invalid(f'there is no window "{w[:20]}"', fix=f"use one of {', '.join(WINDOWS)}")
    window, at = _window(view, w, day)
    now, activity = view.times.now, Activity(view.rota.db, view.rota.clock)
    ended = activity.ended(window.since, min(now, window.until))
    ahead = activity.load.ahead(window.until, window.since) if window.until > now else None
    rows, below, more = (
        _nodes(view, activity, window) if by == "node" else _jobs(view, activity, window, after)
    )
    before, following = _beside(w, at, window)
    return view.render(
        "timeline.html", rows=rows, below=below, more=more, w=w, by=by, windows=WINDOWS, at=at, after=after,
        load=load.load(ended, ahead, window, now), axis=lanes.axis(window), window=window, crowd=_crowd(ahead),
        complete=ahead is None or ahead.complete, before=before, following=following,
    )  # fmt: skip


def _window(view: View, w: str, day: str) -> tuple[Window, date]:
    """Of a day, from midnight to midnight, and five days before it and one after it for a week.

    A shorter window lies around now, around an instant such as 2026-11-24T18:00:00Z, or at the middle of another day.
    """
    times, hours = view.times, WINDOWS[w][1]
    today = times.local(times.now).date()
    try:
        instant = datetime.fromisoformat(day).astimezone(UTC) if len(day) > 10 else None
        at = times.local(instant).date() if instant else date.fromisoformat(day) if day else today
        if not 1970 <= at.year <= LAST_YEAR:
            raise ValueError(at)
        since = _midnight(view, at - timedelta(days=5 if w == "7d" else 0))
        until = _midnight(view, at + timedelta(days=2 if w == "7d" else 1))
    except (ValueError, OverflowError) as error:
        raise Invalid(f'"{day[:20]}" is no day', fix="write it as 2026-11-24") from error
    if hours < 24:
        middle = instant or (times.now if at == today else since + timedelta(hours=12))
        since, until = middle - timedelta(hours=hours * 0.7), middle + timedelta(hours=hours * 0.3)
    return Window(since, until, times), at


def _beside(w: str, at: date, window: Window) -> tuple[str, str]:
    """The `day` of the windows before and after it: as much earlier or later as it is long."""
    hours = WINDOWS[w][1]
    if hours >= 24:
        step = timedelta(days=7 if w == "7d" else 1)
        return (at - step).isoformat(), (at + step).isoformat()
    middle = window.since + timedelta(hours=hours * 0.7)
    earlier, later = (middle + n * timedelta(hours=hours) for n in (-1, 1))
    return f"{earlier:%Y-%m-%dT%H:%M:%SZ}", f"{later:%Y-%m-%dT%H:%M:%SZ}"


def _midnight(view: View, day: date) -> datetime:
    local = datetime.combine(day, time(), view.times.local(view.times.now).tzinfo)
    return local.astimezone(UTC)


def _jobs(view: View, activity: Activity, window: Window, after: str) -> tuple[list[Row], Markup, str | None]:
    order = Order("name")
    mark = Mark(after, MOST_ID) if after else None
    page = Listing(view.rota.db).page(Filter(), order, size=SIZE, after=mark)
    found = [lane for lane in activity.lanes(page.jobs, window.since, window.until) if not lane.is_empty]
    usual = Results(view.rota.db, view.rota.clock).usual([lane.job.id for lane in found])
    now = view.times.now
    rows = [
        Row(
            lane.job.name,
            view.job_url(lane.job.name),
            lanes.lane(lane, window, now, usual[lane.job.id].p50_ms),
        )
        for lane in found
    ]
    more = page.jobs[-1].name if page.following is not None else None
    return rows, table(_table(found)), more


def _nodes(view: View, activity: Activity, window: Window) -> tuple[list[Row], Markup, None]:
    found = activity.by_node(window.since, window.until)
    names, counts = activity.names(found), dict[str, list[Count]]()
    for id_, some in found.items():  # One that was started anew is another node of the same name.
        counts.setdefault(names[id_], []).extend(some)
    rows = [
        Row(name, None, lanes.node_lane(name, some, window, view.times.now))
        for name, some in sorted(counts.items())
    ]
    told = [[name, f"{sum(one.n for one in some):,}"] for name, some in sorted(counts.items())]
    return rows, table(Table("Executions that ended on each node", ("Node", "Executions"), told)), None


def _table(found: list[Lane]) -> Table:
    rows = [[lane.job.name, counted(lane.totals) or "0", f"{lane.planned:,}"] for lane in found]
    return Table("Executions in this window by job", ("Job", "Happened", "Planned"), rows)


def _crowd(ahead: Ahead | None) -> tuple[datetime, int, datetime] | None:
    """When the most start together, how many, and when the last of them would, one after the other."""
    if ahead is None or ahead.crowd is None or ahead.crowd.jobs < TOGETHER:
        return None
    at, jobs = ahead.crowd.at, ahead.crowd.jobs
    return at, jobs, at + min(timedelta(minutes=jobs - 1), LONGEST_SPREAD)
