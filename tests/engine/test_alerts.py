"""Alerts: what happened is told to whom the rules name, once, grouped, and not while it is muted."""

from datetime import timedelta

import pytest

from rota.domain.alert import ChannelKind, ChannelSpec, Kind, RuleSpec
from rota.domain.attempt import Ending
from rota.domain.errors import Conflict, Invalid, NotFound
from rota.domain.execution import Status
from rota.engine.alerter import Alerter
from rota.engine.ending import end
from rota.services.alerts import Alerts
from rota.services.channels import Post
from rota.services.vault import Vault
from tests.engine.told import Told
from tests.world import ANA


@pytest.fixture
def told(world):
    world.add_job("backup")
    return Told(world)


def test_a_failure_is_told_with_its_error_and_so_is_the_recovery(told):
    told.rule()
    told.run("backup", Status.FAILED, error_type="OSError", error_message="disk full")
    told.after()
    (message,) = told.box.messages
    assert message.title == "backup failed"
    assert message.text.startswith("backup failed: OSError: disk full (execution ")
    told.run("backup")
    told.after(60)
    told.after()
    assert told.box.titles == ["backup failed", "backup has recovered"]
    told.run("backup")
    told.after(100)
    assert len(told.box.messages) == 2


def test_what_goes_well_writes_nothing(told):
    told.rule()
    told.run("backup")
    told.after()
    assert told.box.messages == []
    assert told.alerts.deliveries() == []


def test_a_thousand_failures_in_a_minute_are_two_messages(told):
    told.rule()
    how = {"every": "1s", "overlap": "allow", "misfire": "run_all", "catch_up_limit": 2000}
    told.world.add_job("noisy", **how)
    told.world.after(1000)
    first, *rest = told.world.claim(2000)
    assert len(rest) == 999
    told.world.end(first, Status.FAILED)
    told.after(2)
    now = told.world.clock.now()
    failed = [(one, Ending(one.execution_id, Status.FAILED, now)) for one in rest]
    with told.world.db.write() as conn:
        end(told.world.db, conn, told.world.node, failed, now)
    for _ in range(40):
        told.after(2)
    assert told.box.titles == ["noisy failed", "999 alerts: noisy failed (999)"]
    assert told.box.messages[1].text.count("\n") == 20
    assert told.box.messages[1].text.endswith("… and 979 more")


def test_a_channel_that_is_down_gets_each_message_once_when_it_is_back(told):
    told.rule(throttle=0)
    told.box.down = True
    for _ in range(5):
        told.run("backup", Status.FAILED)
        told.after(60)
    assert told.alerts.channels.get("ops").failures == 5
    assert told.alerts.channels.get("ops").last_error == "nobody there"
    told.box.down = False
    told.after(60)
    told.after(60)
    lines = [line for one in told.box.messages for line in one.text.splitlines()]
    assert len(lines) == len(set(lines)) == 5
    assert told.alerts.channels.get("ops").waiting == 0


def test_a_message_that_is_sent_again_bears_the_same_id(told):
    told.rule()
    ids = []
    original = told.alerter.post._send

    def noting(kind, url, secret, message, hosts):
        ids.append(message.id)
        original(kind, url, secret, message, hosts)

    told.alerter.post._send = noting
    told.box.down = True
    told.run("backup", Status.FAILED)
    told.after()
    told.box.down = False
    told.after(60)
    assert len(ids) == 2
    assert ids[0] == ids[1]


def test_a_channel_that_trips_over_itself_keeps_no_other_waiting(told):
    url = "https://example.com/other"
    told.alerts.channels.create(ChannelSpec(name="also", kind=ChannelKind.WEBHOOK, url=url), ANA)
    told.alerts.create(RuleSpec(name="both", channels=("ops", "also")), ANA)
    send = told.alerter.post._send

    def tripping(kind, url, secret, message, hosts):
        if url.endswith("hook"):
            raise KeyError("token")
        send(kind, url, secret, message, hosts)

    told.alerter.post._send = tripping
    told.run("backup", Status.FAILED)
    told.after()
    assert told.box.titles == ["backup failed"]
    assert told.alerts.channels.get("ops").last_error == "KeyError: 'token'"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"mode": "each"}, 4),
        ({"mode": "first"}, 1),
        ({"mode": "streak", "streak": 3}, 1),
        ({"critical": True}, 0),
    ],
)
def test_which_failures_of_a_row_are_told(told, fields, expected):
    told.rule(throttle=0, **fields)
    for _ in range(4):
        told.run("backup", Status.FAILED)
        told.after()
    assert len(told.box.messages) == expected


def test_an_attempt_that_is_tried_again_is_no_alert(told):
    told.world.add_job("flaky", max_retries=1, backoff=0)
    told.rule()
    told.run("flaky", Status.FAILED)
    told.after()
    assert told.box.messages == []
    told.world.run(Status.FAILED)
    told.after()
    assert told.box.titles == ["flaky failed"]


@pytest.mark.parametrize(
    ("fields", "told_of"),
    [
        ({"scope": "job", "target": "backup"}, {"backup failed"}),
        ({"scope": "tag", "target": "shop"}, {"orders failed"}),
        ({"scope": "type", "target": "import"}, {"orders failed"}),
        ({}, {"backup failed", "orders failed"}),
        ({"kinds": ("missed",)}, set()),
    ],
)
def test_a_rule_is_for_a_job_a_tag_a_type_or_all(told, fields, told_of):
    told.world.add_job("orders", tags=("shop",), job_type="import")
    told.rule(throttle=0, **fields)
    for job in ("backup", "orders"):
        told.run(job, Status.FAILED)
        told.after()
    assert set(told.box.titles) == told_of


def test_nothing_is_sent_for_what_is_muted(told):
    told.rule(throttle=0)
    told.box.down = True
    told.run("backup", Status.FAILED)
    told.alerts.mute("job:backup", told.world.clock.now() + timedelta(hours=1), ANA, "known")
    told.box.down = False
    told.after()
    told.run("backup", Status.FAILED)
    told.after()
    assert told.box.messages == []
    told.after(3600)
    told.run("backup", Status.FAILED)
    told.after()
    assert told.box.titles == ["backup failed"]


def test_several_alerters_send_each_message_once(told):
    told.rule()
    told.run("backup", Status.FAILED)
    other = Alerter(told.world.db, told.world.clock, told.alerter.post)
    told.after()
    other.tick()
    assert len(told.box.messages) == 1


def test_rules_and_channels_are_refused_in_words(told):
    with pytest.raises(NotFound, match='no channel named "opps"; did you mean "ops"'):
        told.alerts.create(RuleSpec(name="x", channels=("opps",)), ANA)
    told.rule()
    with pytest.raises(Conflict, match='an alert named "all" already'):
        told.rule()
    with pytest.raises(Conflict, match='alerts are sent to the channel "ops"; delete all first'):
        told.alerts.channels.delete("ops", ANA)
    with pytest.raises(Invalid, match="cannot be muted"):
        told.alerts.mute("everything", told.world.clock.now() + timedelta(hours=1), ANA)
    told.alerts.delete("all", ANA)
    told.alerts.channels.delete("ops", ANA)
    assert told.alerts.channels.listing() == []


def test_an_address_is_stored_sealed_or_not_at_all(told):
    bare = Alerts(told.world.db, told.world.clock, Post(Vault(None), {"HOOK": "https://example.com/"}, ()))
    with pytest.raises(Invalid, match="set ROTA_SECRET_KEY"):
        bare.channels.create(
            ChannelSpec(name="x", kind=ChannelKind.WEBHOOK, url="https://example.com/secret"), ANA
        )
    kept = bare.channels.create(ChannelSpec(name="x", kind=ChannelKind.WEBHOOK, url="env:HOOK"), ANA)
    assert kept.reference == "env:HOOK"
    assert "example.com" not in str(told.alerts.channels.get("ops"))
    assert Kind.FAILED in told.rule().kinds
