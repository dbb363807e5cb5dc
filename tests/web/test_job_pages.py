"""One job: its page and tabs, its form, its versions."""

from datetime import datetime

from sqlalchemy import update

from rota.domain.execution import Status
from rota.domain.job import JobPatch, JobSpec
from rota.store.schema import jobs
from tests.web.visitor import Visitor, text_of
from tests.world import ANA, published

TABS = ("", "/executions", "/schedule", "/settings", "/history")


def test_a_job_says_how_it_stands_and_why_it_does_not_run(world, admin):
    world.add_job("backup", daily="02:00", title="Dump it")
    world.executions.execute("backup", ANA)
    world.run(Status.SUCCEEDED)
    world.holds.pause("backup", ANA, reason="the disk is full")
    text = text_of(admin.get("/backup"))
    assert "Paused by ana. “the disk is full”. Every day at 02:00, UTC time ( daily 02:00 )." in text
    assert "Last run today 12:00 UTC , succeeded" in text
    assert "rota jobs explain backup" in text
    assert "It was paused by ana" in text


def test_every_tab_is_an_address_in_every_zone_on_both_days_of_the_clock_change(world, site):
    world.add_job("backup", daily="02:30", timezone="Europe/Rome")
    for day, note in (
        ("2026-03-28T12:00+00:00", "Sun 29 Mar 02:30 does not exist; runs 03:00"),
        ("2026-10-24T12:00+00:00", "Sun 25 Oct 02:30 occurs twice; runs at the first"),
    ):
        world.at(datetime.fromisoformat(day))
        with Visitor.of(site) as admin:
            for zone in ("job", "UTC", "Asia/Kathmandu"):
                for tab in TABS:
                    assert admin.get(f"/backup{tab}?zone={zone}").status_code == 200
            assert f"{note} (Europe/Rome)" in text_of(admin.get("/backup/schedule"))
            head = text_of(admin.get("/backup/alerts"))
            assert f"({note}, Europe/Rome)" in head, (
                "the head of each tab says why it is not at half past two"
            )
            assert "UTC+0545" in text_of(admin.get("/backup/schedule")), "the zone is remembered"


def test_executions_are_filtered_by_the_address(world, admin):
    world.add_job("backup")
    for status in (Status.FAILED, Status.SUCCEEDED):
        world.executions.execute("backup", ANA)
        world.run(status)
    page = admin.get("/backup/executions?result=failed").text
    assert page.count('id="execution-') == 1
    assert admin.get("/backup/executions?result=odd").status_code == 422


def test_the_form_to_run_a_job_whose_task_nobody_publishes_says_so_and_keeps_what_was_typed(world, admin):
    world.add_job("orphan", task_kwargs={"days": 1})
    with world.db.write() as conn:
        conn.execute(update(jobs).values(task_name="gone"))
    page = admin.get("/orphan/run")
    assert page.status_code == 200
    assert "&#34;days&#34;: 1" in page.text
    asked = admin.post("/orphan/run", form="1", args__more='{"days": 2}')
    assert asked.status_code == 422
    assert 'No task named "gone".' in text_of(asked)
    assert "&#34;days&#34;: 2" in asked.text


def test_an_older_version_is_restored(world, admin):
    world.add_job("mine", daily="02:30")
    world.jobs.update("mine", JobPatch(title="newer"), ANA)
    assert "Version 2" in text_of(admin.get("/mine/history"))
    assert '<div class="plus"><ins>newer</ins></div>' in admin.get("/mine/history").text
    assert admin.post("/mine/versions/1/restore").headers["location"] == "/admin/cron/mine/history"
    assert world.jobs.get("mine").title == ""
    assert "job.restore" in [action for _, action, _ in world.audited()]


def test_what_was_changed_in_a_job_of_code_is_shown_and_taken_back(world, admin):
    spec = JobSpec(name="declared", task_name="work", timeout=30, title="From code")
    generation = world.definitions.publish("shop", published(jobs=[spec]))
    world.add_node(app="shop", generation_id=generation)
    world.definitions.settle("shop")
    world.jobs.update("declared", JobPatch(timeout=45, title="Mine"), ANA)
    page = text_of(admin.get("/declared/settings"))
    assert "2 overrides" in page
    assert "45 s (code: 30 s)" in page
    admin.post("/declared/reset", field="timeout")
    assert (world.jobs.get("declared").timeout, world.jobs.get("declared").title) == (30, "Mine")
    admin.post("/declared/reset")
    assert world.jobs.get("declared").overrides == {}
    nothing = admin.post("/declared/reset")
    assert "is as its code declares it" in text_of(nothing)


def test_the_palette_finds_jobs_executions_and_deeds(world, admin):
    world.add_job("backup")
    number = world.executions.execute("backup", ANA)
    assert "backup" in text_of(admin.get("/-/search?q=back"))
    assert f"Execution {number}" in text_of(admin.get(f"/-/search?q=%23{number}"))
    assert "Run backup" in text_of(admin.get("/-/search?q=run+back"))
    assert "New job" in text_of(admin.get("/-/search?q=new"))
    assert "Nothing is called" in text_of(admin.get("/-/search?q=zzzz"))
