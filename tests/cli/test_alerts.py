"""The nouns `alerts` and `channels`."""

from tests.channels.receivers import web


def test_a_channel_is_made_tried_and_told(shell, site, monkeypatch):
    with web() as server:
        monkeypatch.setenv("HOOK", server.url)
        monkeypatch.setenv("ROTA_JOB_HOSTS", server.host)
        assert shell("rota channels create ops env:HOOK --webhook").out.startswith("✓ ops is made.")
        assert shell("rota alerts test ops").out == "✓ ops took the message.\n"
        assert len(server.calls) == 1
    lost = shell("rota channels test ops")
    assert lost.code == 1
    assert "did not answer" in lost.err
    assert shell("rota channels list --json").json[0]["reference"] == "env:HOOK"


def test_an_alert_is_made_listed_muted_and_taken_away(shell, site):
    shell("rota channels create ops env:HOOK --webhook")
    made = shell(
        "rota alerts create backups --to ops --job database_cleanup --on failed --on missed --in-a-row 3 --json"
    )
    assert made.code == 0, made.err
    assert (made.json["mode"], made.json["streak"], made.json["target"]) == ("streak", 3, "database_cleanup")
    assert "3 in a row" in shell("rota alerts list").out
    assert shell("rota alerts mute rule:backups --for 2h --reason known").code == 0
    assert "rule:backups is muted until" in shell("rota alerts list").err
    assert shell("rota alerts mute rule:backups --off").code == 0
    assert shell("rota alerts deliveries").err == "Nothing was sent yet.\n"
    assert shell("rota channels delete ops").code == 1
    assert shell("rota alerts delete backups").code == 0
    assert shell("rota channels delete ops").code == 0


def test_an_alert_is_changed_in_what_is_given_alone_and_switched_off_and_on(shell, site):
    shell("rota channels create ops env:HOOK --webhook")
    shell("rota alerts create backups --to ops --job database_cleanup --on missed --in-a-row 3 --critical")
    before = shell("rota alerts list --json").json[0]
    changed = shell("rota alerts update backups --throttle 5 --json").json
    assert changed == before | {"throttle": 5.0}
    told = shell("rota alerts update backups --all --each --not-critical --on failed")
    assert told.out == "✓ backups tells ops: failed of all jobs.\n"
    assert shell("rota alerts disable backups").out == "✓ backups is disabled.\n"
    assert shell("rota alerts list --json").json[0]["is_enabled"] is False
    assert shell("rota alerts enable backups --json").json["is_enabled"] is True


def test_a_channel_gets_another_address_and_signature(shell, site):
    shell("rota channels create ops env:HOOK")
    changed = shell("rota channels update ops --url env:OTHER --webhook --secret env:SIGN --json").json
    assert (changed["reference"], changed["kind"], changed["is_signed"]) == ("env:OTHER", "webhook", True)
    assert shell("rota channels update ops --secret '' --json").json["is_signed"] is False
    assert shell("rota channels update ops --url env:OTHER --json").json["kind"] == "webhook"
    assert shell("rota channels update ops --url env:OTHER --service --json").json["kind"] == "apprise"
    assert shell("rota channels list --json").json[0]["reference"] == "env:OTHER"


def test_what_cannot_be_is_refused_in_words(shell, site):
    assert 'no channel named "opps"' in shell("rota alerts create x --to opps").err
    assert shell("rota alerts create x --to a --job b --tag c").code == 2
    assert shell("rota alerts update x").code == 2
    assert shell("rota alerts update x --all --job b").code == 2
    assert shell("rota alerts create x --to a --each --first").code == 2
    assert shell("rota channels update ops --webhook").code == 2
    sealed = shell("rota channels create ops https://example.com/secret")
    assert "set ROTA_SECRET_KEY" in sealed.err
    assert shell("rota channels create 9x env:HOOK").code == 1
