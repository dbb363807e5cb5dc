"""One job: its page and tabs, its form, its versions."""

from datetime import datetime

import pytest
from sqlalchemy import update

from rota.domain.actor import Actor
from rota.domain.alert import ChannelKind, ChannelSpec
from rota.domain.execution import Status
from rota.domain.job import JobPatch, JobSpec
from rota.store.schema import jobs
from tests.web.visitor import Visitor, text_of
from tests.world import ANA, published

FORM = {
    "task_name": "work", "name": "mine", "schedule_type": "daily", "schedule_expression": "02:30",
    "timezone": "Europe/Rome", "task_queue": "default", "task_priority": "5", "timeout": "30", "max_retries": "2",
    "backoff": "1", "backoff_cap": "30", "grace": "60", "catch_up_limit": "100", "overlap": "skip",
    "misfire": "run_once", "is_enabled": "on", "retryable": "on", "job_type": "custom",
}  # fmt: skip
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


def test_a_job_is_made_with_a_wrong_then_a_right_expression_and_nothing_typed_is_lost(world, admin):
    assert world.generation
    wrong = admin.post("/-/new", **FORM | {"schedule_expression": "25:00", "title": "My own"})
    assert wrong.status_code == 422
    assert '"25:00" is not a time of day' in text_of(wrong)
    assert 'value="My own"' in wrong.text
    assert 'value="25:00"' in wrong.text
    made = admin.post("/-/new", **FORM)
    assert made.headers["location"] == "/admin/cron/mine"
    job = world.jobs.get("mine")
    assert (job.timeout, job.max_retries, job.timezone) == (30, 2, "Europe/Rome")
    again = admin.post("/-/new", **FORM)
    assert 'there is a job named "mine" already' in text_of(again)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "no spaces", "a name begins with a letter"),
        ("task_name", "", "choose a task"),
        ("timeout", "soon", '"soon" is no number'),
        ("max_retries", "1.5", '"1.5" is no whole number'),
        ("task_priority", "99", "less than or equal to 9"),
        ("timezone", "Europe/Rom", "no time zone named"),
        ("args.more", "[1]", "one JSON object"),
    ],
)
def test_each_mistake_is_told_beside_its_field(world, admin, field, value, told):
    assert world.generation
    answer = admin.post("/-/new", **FORM | {field: value})
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert world.jobs.count() == 0


def test_who_makes_a_job_can_say_whom_its_failures_are_told(site, world, admin):
    assert world.generation
    assert "There is no channel yet" in text_of(admin.get("/-/new"))
    alerts = site.rota.alerts
    alerts.channels.create(ChannelSpec(name="hook", kind=ChannelKind.WEBHOOK, url="env:HOOK"), ANA)
    text = text_of(admin.get("/-/new"))
    assert "No alert concerns it so far" in text
    told = text_of(admin.post("/-/new", **FORM | {"tell": "hook", "preview": "1"}))
    assert "and tells hook when it fails for good" in told
    admin.post("/-/new", **FORM | {"tell": "hook"})
    (rule,) = alerts.rules()
    assert (rule.name, rule.target, rule.channels) == ("mine_alert", "mine", ("hook",))
    assert "tells hook: failed, timed out, lost" in text_of(admin.get("/mine/edit"))
    admin.post("/-/new", **FORM | {"name": "other", "tell": "nowhere"})
    assert world.jobs.count() == 2
    assert len(alerts.rules()) == 1


def test_a_preview_says_what_would_happen_and_saves_nothing(world, admin):
    world.add_job("other", daily="02:30", timezone="Europe/Rome")
    text = text_of(admin.post("/-/new", **FORM | {"preview": "1"}))
    assert (
        "Runs mine every day at 02:30, Europe/Rome time, stops it after 30 s, tries again twice, after 1 s and 2 s."
        in text
    )
    assert "Tue 02:30 CET" in text
    assert "Tue 01:30 UTC for you" in text
    assert "1 other job starts at that moment, and at each of the next 9" in text
    assert "Retries times, after 1 s and 2 s First wait" in text
    assert "Europe/Rome, and UTC for you" in text
    elsewhere = text_of(admin.post("/-/new?zone=UTC", **FORM | {"preview": "1"}))
    assert "Next 10 UTC, and Europe/Rome for the job Tue 01:30 UTC" in elsewhere
    assert elsewhere.count("02:30 CET for the job") == 10
    admin.client.cookies.set("rota_mine", "Europe/Rome")
    elsewhere = text_of(admin.post("/-/new?zone=UTC", **FORM | {"preview": "1"}))
    assert "Next 10 UTC, and Europe/Rome for you and the job Tue 01:30 UTC" in elsewhere
    assert elsewhere.count("02:30 CET for you and the job") == 10
    broken = text_of(
        admin.post("/-/new", **FORM | {"preview": "1", "schedule_type": "cron", "schedule_expression": "* *"})
    )
    assert "No schedule yet" in broken
    assert world.jobs.count() == 1


def test_arguments_are_drawn_from_the_schema_and_read_back(world, admin):
    schema = {
        "type": "object", "additionalProperties": False, "required": ["days"],
        "properties": {
            "days": {"type": "integer"}, "dry_run": {"type": "boolean", "default": False},
            "mode": {"enum": ["soft", "hard"]}, "paths": {"type": "array"},
            "key": {"type": "string", "writeOnly": True},
        },
    }  # fmt: skip
    set_ = published(("clean",))
    set_["tasks"][0]["schema"] = schema
    set_["hash"] = "with arguments"
    generation = world.definitions.publish("tests", set_)
    world.add_node(generation_id=generation)
    shown = admin.post("/-/new", **FORM | {"task_name": "clean", "preview": "1"}).text
    assert 'type="number" step="1" id="arg.days"' in shown
    assert "<option>hard</option>" in shown
    args = {
        "arg.days": "3",
        "arg.dry_run": "true",
        "arg.mode": "hard",
        "arg.paths": '["a"]',
        "arg.key": "env:KEY",
    }
    assert admin.post("/-/new", **FORM | {"task_name": "clean"} | args).status_code == 303
    assert world.jobs.get("mine").task_kwargs == {
        "days": 3, "dry_run": True, "mode": "hard", "paths": ["a"], "key": "env:KEY"
    }  # fmt: skip
    missing = admin.post("/-/new", **FORM | {"task_name": "clean", "name": "second"})
    assert "'days' is a required property" in text_of(missing)


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


def test_an_edit_conflict_shows_both_and_can_be_settled(world, admin):
    world.add_job("mine", daily="02:30")
    world.jobs.update("mine", JobPatch(timeout=45, title="theirs"), Actor("luca", "cli"))
    mine = FORM | {"version": "1", "timeout": "50", "title": "theirs", "timezone": "UTC"}
    conflict = admin.post("/mine/edit", **mine)
    assert conflict.status_code == 409
    text = text_of(conflict)
    assert "luca changed it meanwhile" in text
    assert "timeout 45 50" in text
    assert world.jobs.get("mine").timeout == 45
    assert admin.post("/mine/edit", **mine | {"version": "2"}).status_code == 303
    assert world.jobs.get("mine").timeout == 50


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


def test_a_time_out_that_is_left_empty_is_that_of_the_task(admin, world):
    set_ = published(("back.up",))
    set_["tasks"][0]["timeout"] = 7200
    world.definitions.publish("tests", set_)
    typed = FORM | {"task_name": "back.up", "timeout": ""}
    assert 'placeholder="7200"' in admin.get("/-/new?task=back.up").text
    assert "stops it after 2 h" in text_of(admin.post("/-/new", **typed | {"preview": "1"}))
    assert admin.post("/-/new", **typed).status_code == 303
    assert world.jobs.get("mine").timeout == 7200
