"""Charts: values in, markup out. Whatever is in a name or an error, it is text; nothing is shown by colour alone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from rota.domain.execution import Status
from rota.domain.job import Job
from rota.services.activity import Count, Day, Lane
from rota.services.days import DayCounts
from rota.services.load import Ahead, Crowd
from rota.services.results import Result, Usual
from rota.web.draw import heat, lanes, load, marks, meter, plot, ribbon, spark
from rota.web.draw.axis import Window
from rota.web.times import Times

NOW = datetime(2026, 11, 24, 9, 42, 18, tzinfo=UTC)
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
TIMES = Times(NOW, "Europe/Rome")
HOSTILE = '<img src=x onerror="alert(1)">\x1b]0;\u202eevil'
NEVER = Usual(None, None)


def result(status=Status.SUCCEEDED, ms=1000, at=NOW - HOUR, number=1):
    ended = None if status in (Status.RUNNING, Status.QUEUED) else at + timedelta(milliseconds=ms or 0)
    started = None if status in (Status.QUEUED, Status.MISSED, Status.SKIPPED) else at
    return Result(number, 1, status, ms, at, at, started, ended, 1, None)


def drawn(svg: Markup) -> ElementTree.Element:
    """The markup as a tree: it is well-formed, and has a name for who does not see it."""
    tree = ElementTree.fromstring(svg)
    assert tree.tag == "svg"
    assert tree.get("aria-hidden") or tree.get("aria-label")
    return tree


def kinds(tree: ElementTree.Element) -> list[str]:
    return [one.get("class", "") for one in tree.iter("rect")]


def day(ended=(), planned=(), crowd=None, complete=True):
    return Day(NOW - 12 * HOUR, NOW, NOW + 12 * HOUR, list(ended), Ahead(list(planned), complete, crowd))


def lane(name="backup", **parts):
    job = Job(id=1, name="a", task_name="t").model_copy(update={"name": name})
    given: dict[str, Any] = {"results": [], "hours": [], "fires": [], "planned": 0} | parts
    return Lane(job, **given)


WINDOW = Window(NOW - 12 * HOUR, NOW + 12 * HOUR, TIMES, "Europe/Rome")


@pytest.mark.parametrize("status", Status)
def test_every_status_has_a_mark_in_every_chart(status):
    ms = None if status in (Status.QUEUED, Status.MISSED, Status.SKIPPED) else 1000
    one = result(status, ms)
    assert kinds(drawn(spark.spark([one], NOW)))
    assert kinds(drawn(plot.durations([one], NEVER, TIMES, "UTC").svg))
    assert kinds(drawn(lanes.lane(lane(results=[one]), WINDOW, NOW)))


def test_a_failure_has_a_cap_and_a_missed_slot_another_shape_than_a_success():
    failed, missed, good = (
        [one.attrib for one in drawn(spark.spark([result(status)], NOW)).iter("rect")]
        for status in (Status.FAILED, Status.MISSED, Status.SUCCEEDED)
    )
    assert [one["class"] for one in failed] == ["m-bad", "m-bad"]
    assert len(good) == 1
    assert missed[0]["width"] != good[0]["width"]


def test_the_newest_of_twenty_bars_stands_at_the_right_end():
    tree = drawn(spark.spark([result(ms=n) for n in range(1, 31)], NOW))
    places = [float(one.get("x", "")) for one in tree.iter("rect")]
    heights = [float(one.get("height", "")) for one in tree.iter("rect")]
    assert (len(places), places[-1]) == (20, 123.5)
    assert heights == sorted(heights)
    assert float(next(drawn(spark.spark([result()], NOW)).iter("rect")).get("x", "")) == 123.5
    assert tree.get("aria-label") == "Last 20: 20 succeeded"


def test_charts_of_nothing_are_charts_all_the_same():
    for svg in (
        spark.spark([], NOW), ribbon.ribbon(day(), TIMES).svg, heat.heat({}, NOW.date()).svg,
        plot.durations([], NEVER, TIMES, "UTC").svg, lanes.lane(lane(), WINDOW, NOW),
        lanes.node_lane("node", [], WINDOW, NOW), load.load([], None, WINDOW, NOW), lanes.axis(WINDOW),
        meter.progress(0, None, "nothing"), meter.elapsed(0, NEVER),
    ):  # fmt: skip
        drawn(svg)


def test_text_of_others_is_text():
    for svg in (
        lanes.lane(lane(HOSTILE), WINDOW, NOW), lanes.node_lane(HOSTILE, [], WINDOW, NOW),
        meter.progress(1, 2, HOSTILE), marks.text("", "0", 1, HOSTILE),
        marks.rect("m-ok", "0", 1, "1", 1, title=HOSTILE),
        marks.table(marks.Table(HOSTILE, ["a", HOSTILE], [[HOSTILE, HOSTILE]])),
    ):  # fmt: skip
        assert "<img" not in svg
        assert "\x1b" not in svg
        assert "\u202e" not in svg
        assert "&lt;img src=x" in svg


def test_the_ribbon_parts_what_happened_from_what_is_planned():
    at = NOW.replace(minute=0, second=0) - HOUR
    ended = [Count(at, Status.SUCCEEDED, 7), Count(at, Status.FAILED, 1), Count(at - HOUR, Status.MISSED, 3)]
    planned = [(at + 3 * HOUR, 4)]
    crowd = Crowd(at + 3 * HOUR, 6)
    drawing = ribbon.ribbon(day(ended, planned, crowd), TIMES)
    tree = drawn(drawing.svg)
    # What is planned is drawn in coarser columns where it is narrow.
    assert kinds(tree) == ["m-miss", "m-ok", "m-bad", "m-plan minor", "m-plan major"]
    half = [float(one.get("x", "")[:-1]) < 50 for one in tree.iter("rect")]
    assert half == [True, True, True, False, False]
    words = [one.text for one in tree.iter("text")]
    assert "12:00 · 6 start together" in words
    assert "3 missed in 10 min" in words
    assert "now 10:42 CET" in words
    assert drawing.table.rows[1] == ["today 09:00 CET", "7", "1", "0", "0"]
    assert "4 planned" in tree.get("aria-label", "")
    assert "at least 4 planned" in ribbon.ribbon(day(planned=planned, complete=False), TIMES).svg


def test_the_ribbon_names_the_longest_stretch_in_which_slots_were_missed():
    at = NOW.replace(minute=0, second=0) - 3 * HOUR
    ended = [Count(at + n * ribbon.SPAN, Status.MISSED, 2) for n in (0, 1, 2, 4)]
    words = [one.text for one in drawn(ribbon.ribbon(day(ended), TIMES).svg).iter("text")]
    assert [one for one in words if one and "missed" in one] == ["6 missed in 30 min"]


def test_a_column_of_thousands_stays_within_the_ribbon():
    at = NOW.replace(minute=0, second=0) - HOUR
    ended = [
        Count(at, Status.SUCCEEDED, 100_000),
        Count(at, Status.FAILED, 1),
        Count(at - HOUR, Status.SUCCEEDED, 1),
    ]
    boxes = list(drawn(ribbon.ribbon(day(ended), TIMES).svg).iter("rect"))
    assert all(float(box.get("y", "")) >= 0 and float(box.get("height", "")) >= 2 for box in boxes)


def test_no_column_goes_past_the_end_of_the_day():
    at = (NOW + 12 * HOUR).replace(minute=40, second=0)
    boxes = list(drawn(ribbon.ribbon(day(planned=[(at, 4)]), TIMES).svg).iter("rect"))
    ends = [float(box.get("x", "")[:-1]) + float(box.get("width", "")[:-1]) for box in boxes]
    assert len(ends) == 2
    assert max(ends) <= 100


def test_the_axis_shows_hours_of_the_zone_also_when_its_clock_changes():
    since = datetime(2026, 10, 24, 22, tzinfo=UTC)
    words = [tick.words for tick in Window(since, since + 25 * HOUR, Times(since, "Europe/Rome")).ticks]
    assert words == [f"{hour:02}:00" for hour in (*range(0, 24, 2), 0)], (
        "two o'clock comes twice, one is written"
    )
    ticks = Window(NOW, NOW + 2 * HOUR, Times(NOW, "Asia/Kathmandu")).ticks
    nepal = [tick.words for tick in ticks if not tick.is_minor]
    assert nepal == ["15:30", "16:00", "16:30", "17:00"]
    week = [tick.words for tick in Window(NOW, NOW + 7 * DAY, TIMES).ticks]
    assert week[0] == "Wed 25"
    assert len(week) == 7


def test_the_year_has_a_square_for_each_day_and_failures_stand_out():
    last = date(2026, 11, 24)
    days = {
        last: DayCounts({Status.SUCCEEDED: 3, Status.FAILED: 1}, 4000),
        last - DAY: DayCounts({Status.MISSED: 2}, 0),
        **{last - n * DAY: DayCounts({Status.SUCCEEDED: 1}, n * 1000) for n in range(2, 32)},
    }
    drawing = heat.heat(days, last)
    squares = kinds(drawn(drawing.svg))
    assert len(squares) == 52 * 7 + 2
    assert squares[-2:] == ["hm", "hx"]
    assert {"h1", "h2", "h3"} <= set(squares)
    assert squares[0] == "h0"
    assert drawing.table.rows[0] == ["Tue 24 Nov 2026", "3 succeeded, 1 failed, 1 s each"]


def test_the_meter_marks_what_is_usual_and_never_leaves_its_place():
    tree = drawn(meter.elapsed(90_000, Usual(60_000, 61_000)))
    assert [one.text for one in tree.iter("text")] == ["p50 1 min", "p95 1 min 1 s"]
    assert [one.get("class") for one in tree.iter("text")] == ["t-end", ""]
    assert 'width="100.00%"' in meter.progress(2000, 1000, "all")
    assert 'width="0.00%"' in meter.progress(1, 0, "of nothing")
