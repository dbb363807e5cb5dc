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


def test_what_cannot_be_is_refused_in_words(shell, site):
    assert 'no channel named "opps"' in shell("rota alerts create x --to opps").err
    assert shell("rota alerts create x --to a --job b --tag c").code == 2
    sealed = shell("rota channels create ops https://example.com/secret")
    assert "set ROTA_SECRET_KEY" in sealed.err
    assert shell("rota channels create 9x env:HOOK").code == 1
