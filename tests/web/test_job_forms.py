"""The form of a job: what is typed, what it would do, what is wrong with it."""

import pytest

from rota.domain.actor import Actor
from rota.domain.alert import ChannelKind, ChannelSpec
from rota.domain.job import JobPatch
from tests.web.visitor import text_of
from tests.world import ANA, published

FORM = {
    "task_name": "work", "name": "mine", "schedule_type": "daily", "schedule_expression": "02:30",
    "timezone": "Europe/Rome", "task_queue": "default", "task_priority": "5", "timeout": "30", "max_retries": "2",
    "backoff": "1", "backoff_cap": "30", "grace": "60", "catch_up_limit": "100", "overlap": "skip",
    "misfire": "run_once", "is_enabled": "on", "retryable": "on", "job_type": "custom",
}  # fmt: skip


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


def test_a_time_out_that_is_left_empty_is_that_of_the_task(admin, world):
    set_ = published(("back.up",))
    set_["tasks"][0]["timeout"] = 7200
    world.definitions.publish("tests", set_)
    typed = FORM | {"task_name": "back.up", "timeout": ""}
    assert 'placeholder="7200"' in admin.get("/-/new?task=back.up").text
    assert "stops it after 2 h" in text_of(admin.post("/-/new", **typed | {"preview": "1"}))
    assert admin.post("/-/new", **typed).status_code == 303
    assert world.jobs.get("mine").timeout == 7200


def test_a_wrong_time_zone_is_told_at_its_own_field(world, admin):
    admin.get("/-/new")
    wrong = admin.post("/-/new", **FORM | {"timezone": "Europe/Nowhere"})
    assert "1 thing to mend. time zone" in text_of(wrong)
    assert 'id="timezone-error"' in wrong.text
    assert 'id="schedule_expression-error"' not in wrong.text
