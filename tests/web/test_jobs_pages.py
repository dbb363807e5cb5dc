"""The list of jobs and what is done from it."""

from datetime import timedelta

import pytest

from rota.domain.actor import Actor
from rota.domain.execution import Status
from rota.domain.permission import Role
from rota.store import vitals
from tests.web.visitor import Visitor, text_of
from tests.world import ANA


@pytest.fixture
def world(world):
    """Some jobs that stand differently."""
    world.add_job("backup", daily="02:00", title="Dump it", tags=("nightly",))
    world.add_job("report", task_queue="slow", every="30m")
    world.add_job("held")
    return world


def names(answer) -> list[str]:
    """The jobs of a list, as it shows them."""
    return [name.split('"')[0] for name in answer.text.split('aria-label="Select ')[2:]]


def held_by(answer) -> str:
    """Who holds what is paused, as its number tells."""
    return str(answer.text.split("held by ")[1].split("<")[0])


def test_a_list_shows_when_each_job_runs_and_how_it_went(world, admin):
    world.executions.execute("report", ANA)
    world.run(Status.FAILED, error_type="ValueError", error_message="no more paper")
    text = text_of(admin.get("/"))
    assert "Every day at 02:00" in text
    assert "today 02:00 UTC" in text or "Tue 02:00 UTC" in text
    assert "Failed the last time: ValueError no more paper" in text


def test_a_clock_of_a_schedule_names_its_zone_where_another_one_is_shown(world, admin):
    world.add_job("roman", daily="02:30", timezone="Europe/Rome")
    for zone, told in (("UTC", "daily 02:30 Europe/Rome time"), ("job", "daily 02:30")):
        row = text_of(admin.get(f"/?zone={zone}&q=roman")).split("roman ")[-1]
        assert (told in row, "Rome time" in row) == (True, zone == "UTC")
        assert "Europe/Rome time" not in text_of(admin.get(f"/?zone={zone}&q=report")).split("report ")[-1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=dump", ["backup"]),
        ("q=tag:nightly", ["backup"]),
        ("tag=nightly&q=port", []),
        ("q=queue:slow", ["report"]),
        ("show=paused", ["held"]),
        ("show=due", ["report"]),
        ("status=disabled", []),
        ("origin=code", []),
        ("sort=-name", ["report", "held", "backup"]),
        ("q=%25", []),
    ],
)
def test_filters_stand_in_the_address(world, admin, query, found):
    world.holds.pause("held", ANA, reason="no")
    assert names(admin.get(f"/?{query}")) == found


def test_the_number_of_the_paused_tells_who_holds_them(world, admin):
    assert "nothing is held" in text_of(admin.get("/"))
    for name, by, told in (
        ("held", "ana", "ana"),
        ("report", "bo", "ana and bo"),
        ("backup", "cy", "ana and 2 others"),
    ):
        world.holds.pause(name, Actor(by, "cli"), reason="no")
        world.clock.advance(2)
        assert held_by(admin.get("/")) == told


def test_of_very_many_paused_jobs_it_does_not_claim_to_know_all_who_hold_them(world, admin, monkeypatch):
    monkeypatch.setattr(vitals, "_FEW", 1)
    for name, told in (("held", "ana"), ("report", "ana and perhaps others")):
        world.holds.pause(name, Actor("ana", "cli"), reason="no")
        world.clock.advance(2)
        assert held_by(admin.get("/")) == told


def test_a_number_is_a_filter_that_shows_what_it_counts(world, admin):
    world.executions.execute("report", ANA)
    world.run(Status.FAILED)
    world.executions.execute("backup", ANA)
    world.claim()
    for show, found in (("failed", ["report"]), ("running", ["backup"]), ("overdue", [])):
        page = admin.get(f"/?show={show}")
        assert names(page) == found
        tile = page.text.split(f'id="tile-{show}"')[1].split("</a>")[0]
        assert f'<span class="v">{len(found)}</span>' in tile
        assert 'aria-current="true"' in tile


def test_pages_go_on_by_key(world, admin):
    for number in range(60):
        world.add_job(f"many_{number:02}")
    first = admin.get("/?q=many")
    assert len(names(first)) == 25
    following = (
        first.text.split('rel="next" href="')[1]
        .split('"')[0]
        .replace("&amp;", "&")
        .removeprefix("/admin/cron")
    )
    assert names(admin.get(following)) == [f"many_{number:02}" for number in range(25, 50)]


def test_a_switch_is_a_form(world, admin):
    assert admin.post("/backup/disable", next="/?q=back").headers["location"] == "/admin/cron/?q=back"
    assert not world.jobs.get("backup").is_enabled
    assert "backup is disabled." in text_of(admin.get("/?q=back"))
    assert "backup is disabled." not in text_of(admin.get("/?q=back"))
    admin.post("/backup/enable")
    assert world.jobs.get("backup").is_enabled


def test_a_run_leads_to_its_execution(world, admin):
    answer = admin.post("/backup/run")
    assert answer.headers["location"] == f"/admin/cron/backup/executions/{world.last('backup').id}"
    again = admin.post("/backup/run")
    assert again.status_code == 409
    assert "may not overlap" in text_of(again)


def test_a_run_takes_other_arguments_once(world, admin):
    admin.post("/held/run", form="1", args__more='{"n": 3}')
    assert world.last("held").task_kwargs == {"n": 3}
    wrong = admin.post("/held/run", form="1", args__more="{oops")
    assert wrong.status_code == 422
    assert "{oops" in wrong.text
    assert "is not JSON" in text_of(wrong)


def test_several_are_asked_about_before_they_are_touched(world, admin):
    world.holds.pause("held", ANA, reason="no")
    asked = admin.get("/-/bulk?verb=pause&job=backup&job=held")
    assert "Pause: 1 job" in text_of(asked)
    assert "it is paused by ana" in text_of(asked)
    done = admin.post("/-/bulk", verb="pause", job=["backup", "report"], reason="moving", hours="8")
    assert done.headers["location"] == "/admin/cron/"
    paused = world.jobs.get("report")
    assert (paused.pause_reason, paused.paused_until) == ("moving", world.clock.wall + timedelta(hours=8))


def test_what_fails_for_one_of_several_stops_none_of_the_others(world, admin):
    world.holds.pause("backup", ANA)
    told = text_of(admin.post("/-/bulk", verb="run", job=["backup", "report"]))
    assert "1 of 2 jobs queued" in told
    assert "paused by ana" in told
    assert world.statuses("report") == ["queued"]


def test_a_viewer_sees_what_he_may_not_do_and_why(world, site):
    with Visitor.of(site, Role.VIEWER) as viewer:
        page = viewer.get("/")
        run = page.text.split('aria-label="Run backup now')[1].split(">")[0]
        assert "disabled" in run
        assert "This needs the role operator; yours is viewer." in run
        assert viewer.get("/backup").text.count("This needs the role admin; yours is viewer.") >= 3


def test_an_empty_list_teaches(world, admin):
    for job in world.jobs.search():
        world.jobs.delete(job.id, ANA)
    text = text_of(admin.get("/"))
    assert "No jobs yet" in text
    assert "rota serve -m jobs" in text


def test_a_held_job_that_is_run_asks_whether_it_shall_run_all_the_same(world, admin):
    world.holds.pause("backup", ANA, reason="no")
    asked = admin.post("/backup/run")
    assert asked.status_code == 409
    assert "Although it is paused" in text_of(asked)
    assert admin.post("/backup/run", form="1", force="on").status_code == 303
