"""Alerts: rules and channels made, changed and taken away; muted and heard again; what was sent."""

import pytest

from rota.domain.alert import ChannelKind, ChannelSpec, Mode, RuleSpec, Scope
from rota.domain.errors import NotFound
from rota.domain.execution import Status
from rota.domain.permission import Role
from tests.channels.receivers import web
from tests.engine.told import Box
from tests.web.visitor import Visitor, text_of
from tests.world import ANA

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)
"""What these pages ask for is tested on each database where it is read."""

RULES, CHANNELS = "/-/alerts", "/-/alerts/channels"
TYPED = {
    "name": "nightly", "scope": "job", "target": "backup", "kinds": ["failed", "missed"], "channels": ["ops"],
    "mode": "streak", "streak": "3", "seconds": "600", "throttle": "0",
}  # fmt: skip


@pytest.fixture
def alerts(site):
    """The alerts of a world with a channel "ops", a rule for all that goes there, and a job."""
    site.world.add_job("backup", daily="02:00", tags=("night",))
    found = site.rota.alerts
    found.channels.create(ChannelSpec(name="ops", kind=ChannelKind.WEBHOOK, url="env:HOOK"), ANA)
    found.create(RuleSpec(name="failures", channels=("ops",)), ANA)
    return found


def test_who_is_told_nothing_learns_how_to_begin(site, admin):
    assert "Begin with a channel" in text_of(admin.get(RULES))
    site.rota.alerts.channels.create(ChannelSpec(name="ops", kind=ChannelKind.WEBHOOK, url="env:HOOK"), ANA)
    assert "1 channel waits for an alert" in text_of(admin.get(RULES))


def test_the_form_of_an_alert_is_there_before_there_is_a_channel(site, admin):
    assert "There is no channel yet" in text_of(admin.get("/-/alerts/new"))


def test_a_channel_that_a_test_does_not_reach_says_so_and_stays_so(site, admin):
    admin.get(CHANNELS)
    admin.post(CHANNELS, name="hook", kind="webhook", url="env:NO_SUCH_HOOK")
    failed = admin.post(f"{CHANNELS}/hook/test")
    assert failed.status_code == 409
    assert 'id="stream"' not in failed.text, "the answer to a form is not looked for again at its address"
    assert "Not tried yet" in text_of(admin.get(CHANNELS)), "who tries it may be elsewhere than who sends"


def test_a_rule_is_made_from_what_was_typed(alerts, admin):
    assert admin.post(f"{RULES}/new", **TYPED).headers["location"].endswith("/-/alerts")
    rule = alerts.rule("nightly")
    assert (rule.scope, rule.target, rule.mode, rule.streak) == (Scope.JOB, "backup", Mode.STREAK, 3)
    page = text_of(admin.get(RULES))
    assert "Failed, missed only the failure that is number 3 in a row, a message for each" in page


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"target": ""}, "name the job, the tag or the type"),
        ({"target": "bakcup"}, 'did you mean "backup"?'),
        ({"kinds": []}, "choose at least one"),
        ({"channels": []}, "choose at least one"),
        ({"name": "no name"}, "a name begins with a letter"),
        ({"name": "failures"}, 'an alert named "failures" already'),
        ({"streak": "many"}, '"many" is no number'),
    ],
)
def test_what_is_wrong_with_a_rule_is_told_and_nothing_typed_is_lost(alerts, admin, typed, told):
    answer = admin.post(f"{RULES}/new", **TYPED | typed)
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert 'value="missed" checked' in answer.text or typed == {"kinds": []}
    assert [rule.name for rule in alerts.rules()] == ["failures"]


def test_a_sentence_says_what_a_rule_would_tell_while_it_is_typed(alerts, admin):
    seen = text_of(admin.post(f"{RULES}/new", preview="1", **TYPED | {"name": ""}))
    assert "Tells ops , of backup : failed, missed." in seen
    assert "Nobody is told yet" in text_of(
        admin.post(f"{RULES}/new", preview="1", **TYPED | {"channels": []})
    )


def test_a_rule_is_changed_switched_off_and_deleted(alerts, admin):
    form = admin.get(f"{RULES}/rules/failures").text
    assert 'value="recovered" checked' in form
    changed = TYPED | {"name": "another", "scope": "all", "mode": "first"}
    admin.post(f"{RULES}/rules/failures", **changed)
    rule = alerts.rule("failures")
    assert (rule.scope, rule.target, rule.mode, rule.kinds) == (
        Scope.ALL,
        None,
        Mode.FIRST,
        ("failed", "missed"),
    )
    admin.post(f"{RULES}/rules/failures/disable")
    assert not alerts.rule("failures").is_enabled
    assert 'aria-checked="false"' in admin.get(RULES).text
    admin.post(f"{RULES}/rules/failures/enable")
    assert alerts.rule("failures").is_enabled
    assert "failed, missed of all jobs" in text_of(admin.get(f"{RULES}/rules/failures/delete"))
    admin.post(f"{RULES}/rules/failures/delete")
    assert alerts.rules() == []


def test_all_a_job_or_a_rule_is_muted_for_a_while_and_heard_again(alerts, admin):
    for target, back in (("all", RULES), ("rule:failures", RULES), ("job:backup", "/backup/alerts")):
        assert admin.get(f"{RULES}/mute?target={target}").status_code == 200
        sent = admin.post(f"{RULES}/mute", target=target, hours="4", reason="the disk is changed")
        assert sent.headers["location"].endswith(back)
    page = text_of(admin.get("/backup/alerts"))
    assert "Nobody is told anything until" in page
    assert "backup is muted until" in page
    assert "“the disk is changed”" in page
    for target in ("all", "rule:failures", "job:backup"):
        admin.post(f"{RULES}/unmute", target=target)
    assert alerts.mutes() == []
    assert admin.post(f"{RULES}/mute", target="all", hours="9").status_code == 422
    assert admin.get(f"{RULES}/mute?target=rule:none").status_code == 404
    assert admin.get(f"{RULES}/mute?target=nonsense").status_code == 422


def test_a_channel_is_made_tried_changed_and_taken_away(alerts, site, admin):
    made = admin.post(CHANNELS, name="chat", kind="apprise", url="env:CHAT", secret="")
    assert made.status_code == 303
    assert "Not tried yet" in text_of(admin.get(CHANNELS))
    wrong = admin.post(f"{CHANNELS}/chat/test")
    assert wrong.status_code == 409
    assert "the variable CHAT is not set" in text_of(wrong)
    assert admin.post(f"{CHANNELS}/nosuch/test").status_code == 404
    admin.post(f"{CHANNELS}/chat", kind="webhook", url="env:CHAT", secret="env:KEY")
    chat = alerts.channels.get("chat")
    assert (chat.kind, chat.is_signed) == (ChannelKind.WEBHOOK, True)
    admin.post(f"{CHANNELS}/chat", kind="webhook", url="", secret="", unsigned="on")
    assert (alerts.channels.get("chat").reference, alerts.channels.get("chat").is_signed) == (
        "env:CHAT",
        False,
    )
    assert admin.post(f"{CHANNELS}/chat", kind="apprise", url="").status_code == 422
    admin.post(f"{CHANNELS}/chat/delete")
    with pytest.raises(NotFound):
        alerts.channels.get("chat")
    assert "failures sends to it" in text_of(admin.get(f"{CHANNELS}/ops/delete"))
    assert admin.post(f"{CHANNELS}/ops/delete").status_code == 409


def test_a_test_arrives(alerts, site, admin):
    with web() as server:
        object.__setattr__(alerts.channels.post, "environ", {"HOOK": server.url})
        alerts.channels.post.hosts = (server.host,)
        assert admin.post(f"{CHANNELS}/ops/test").status_code == 303
        assert server.json[0]["title"] == "A test from rota"
        assert "Works" in text_of(admin.get(CHANNELS))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"name": "ops"}, 'a channel named "ops" already'),
        ({"name": "9"}, "a name begins with a letter"),
        ({"url": ""}, "give an address"),
        ({"url": "https://example.com/hook"}, "cannot be stored without a key"),
    ],
)
def test_what_is_wrong_with_a_channel_is_told_and_its_address_is_never_shown(alerts, admin, typed, told):
    answer = admin.post(CHANNELS, **{"name": "new", "kind": "webhook", "url": "env:X", "secret": ""} | typed)
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert "example.com" not in answer.text


def test_what_was_told_of_a_job_stands_on_its_page_and_among_the_deliveries(world, alerts, admin):
    from rota.engine.alerter import Alerter
    from rota.services.channels import Post
    from rota.services.vault import Vault

    alerter = Alerter(world.db, world.clock, Post(Vault(None), {"HOOK": "https://example.com/"}, (), Box()))
    world.executions.execute("backup", ANA)
    world.run(Status.FAILED, error_type="OSError")
    assert "Nothing lately" in text_of(admin.get("/backup/alerts"))
    world.clock.advance(11)
    alerter.tick()
    for path in ("/backup/alerts", f"{RULES}/deliveries"):
        assert "Failed" in text_of(admin.get(path))
        assert "failures" in text_of(admin.get(path))
    assert "1 row" in text_of(admin.get(f"{RULES}/deliveries"))
    assert "Nothing was sent yet" in text_of(admin.get(f"{RULES}/deliveries?before=1"))


def test_who_may_only_read_sees_it_and_why_he_can_change_nothing(alerts, site):
    with Visitor.of(site, Role.VIEWER) as viewer:
        for path in (RULES, CHANNELS, f"{RULES}/deliveries", "/backup/alerts"):
            assert viewer.get(path).status_code == 200
        assert "This needs the role operator" in viewer.get(RULES).text
        assert f'{RULES}/rules/failures"' not in viewer.get(RULES).text
        assert viewer.post(f"{RULES}/mute", target="all", hours="1").status_code == 403
    with Visitor.of(site, Role.OPERATOR) as operator:
        assert operator.post(f"{RULES}/mute", target="all", hours="1").status_code == 303
        assert operator.post(f"{RULES}/rules/failures/delete").status_code == 403
