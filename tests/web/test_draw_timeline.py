"""The timeline: lanes, and the load above them."""

from datetime import UTC, datetime, timedelta

import pytest

from rota.domain.execution import Status
from rota.services.activity import Count, Lane
from rota.services.load import Ahead, Crowd
from rota.store.results import Hour
from rota.web.draw import lanes, load
from rota.web.draw.axis import Window
from rota.web.times import Times
from tests.web.test_draw import HOUR, MINUTE, NOW, WINDOW, drawn, kinds, lane, result


def test_columns_of_the_load_are_whole_tens_of_minutes_also_on_a_day_of_25_hours():
    since = datetime(2026, 10, 24, 22, tzinfo=UTC)
    window = Window(since, since + 25 * HOUR, Times(since, "Europe/Rome"))
    counts = [Count(since + n * 10 * MINUTE, Status.SUCCEEDED, 1) for n in range(150)]
    tree = drawn(load.load(counts, None, window, window.until))
    assert tree.get("aria-label") == "Executions in each 10 min"
    assert {box.get("height") for box in tree.iter("rect")} == {"40"}
    assert window.zones == "CEST, then CET"


def test_the_load_of_a_short_window_stands_where_it_was_and_shows_what_went_wrong():
    since = datetime(2026, 11, 24, 9, 7, tzinfo=UTC)
    now = since + 44 * MINUTE
    window = Window(since, since + HOUR, Times(now, "UTC"))
    tens = since.replace(minute=0)
    counts = [Count(tens, Status.SUCCEEDED, 3), Count(tens + 50 * MINUTE, Status.SUCCEEDED, 100),
              Count(tens + 50 * MINUTE, Status.FAILED, 1), Count(tens + 50 * MINUTE, Status.MISSED, 1)]  # fmt: skip
    boxes = list(drawn(load.load(counts, None, window, now)).iter("rect"))
    assert [(box.get("class"), box.get("x")) for box in boxes] == [
        ("m-ok", "0.00%"), ("m-ok", "71.67%"), ("m-miss", "71.67%"), ("m-bad", "71.67%")
    ]  # fmt: skip
    assert all(float(box.get("height", "0")) >= 2 for box in boxes[1:]), "one failure among many is seen"
    assert float(boxes[1].get("width", "")[:-1]) < 2, "and nothing stands in the time to come"


def test_the_hours_of_a_busy_job_end_at_now_and_begin_with_it():
    hours = [Hour(NOW.replace(minute=0, second=0) - n * HOUR, Status.SUCCEEDED, 900, 1) for n in (1, 0)]
    busy = lane(hours=hours)
    made = busy.job.model_copy(update={"created_at": NOW - 50 * MINUTE})
    first, last = drawn(lanes.lane(Lane(made, [], hours, [], 0), WINDOW, NOW)).iter("rect")
    assert (first.get("x"), last.get("x")) == (
        WINDOW.x(NOW - 50 * MINUTE),
        WINDOW.x(NOW.replace(minute=0, second=0)),
    )
    ends = float(last.get("x", "")[:-1]) + float(last.get("width", "")[:-1])
    assert ends <= 50


def test_a_time_in_another_zone_than_that_of_now_names_it():
    times = Times(datetime(2026, 10, 24, 23, 30, tzinfo=UTC), "Europe/Rome")
    assert times.hour(times.now + HOUR / 2) == "02:00"
    assert times.hour(times.now + 2 * HOUR) == "02:30 CET"
    assert times.elsewhere(times.now, "Asia/Kolkata") == "today 05:00\u00a0IST"


def test_the_load_names_now_and_the_crowd_unless_they_would_lie_upon_one_another():
    def words(ahead, now=NOW):
        crowd = Ahead([], True, None if ahead is None else Crowd(now + ahead, 7))
        return [one.text for one in drawn(load.load([], crowd, WINDOW, now)).iter("text")]

    assert words(None) == ["now 10:42 CET"]
    assert words(timedelta(minutes=5)) == ["10:47 · 7 together", "now 10:42 CET"]
    near_the_end = WINDOW.until - timedelta(minutes=30)
    assert words(timedelta(minutes=5), near_the_end) == [
        f"{near_the_end + timedelta(hours=1, minutes=5):%H:%M} · 7 together"
    ]


def test_executions_that_would_lie_upon_one_another_are_one_mark_of_the_worst():
    some = [result(at=NOW - HOUR + n * timedelta(seconds=1)) for n in range(50)]
    some.append(result(Status.FAILED, at=NOW - HOUR + timedelta(seconds=10)))
    tree = drawn(lanes.lane(lane(results=some), WINDOW, NOW))
    assert kinds(tree) == ["m-bad", "m-bad"]
    assert "50 succeeded, 1 failed" in [
        title.text.split(": ", 1)[1] for title in tree.iter("title") if title.text
    ]


def test_a_dense_lane_is_a_band_or_hours():
    assert kinds(drawn(lanes.lane(lane(planned=700), WINDOW, NOW))) == ["m-band"]
    assert kinds(drawn(lanes.lane(lane(planned=1, fires=[NOW + HOUR]), WINDOW, NOW))) == ["m-plan"]
    hours = [Hour(NOW - 2 * HOUR, Status.SUCCEEDED, 59, 100), Hour(NOW - 2 * HOUR, Status.LOST, 1, 100)]
    assert kinds(drawn(lanes.lane(lane(hours=hours), WINDOW, NOW))) == ["m-ok", "m-bad"]


@pytest.mark.parametrize("status", sorted({*Status} - {Status.RUNNING, Status.QUEUED, Status.SUBMITTED}))
def test_whatever_ended_is_in_the_load(status):
    counts = [Count(NOW.replace(minute=10, second=0), status, 1)]
    assert len(kinds(drawn(load.load(counts, None, WINDOW, NOW)))) == 1
