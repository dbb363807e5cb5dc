"""Alerts and channels over the API."""

from tests.channels.receivers import web


def test_a_channel_is_made_tried_used_and_taken_away(site, monkeypatch):
    with web() as server, site.client() as client:
        object.__setattr__(site.rota.alerts.channels.post, "environ", {"HOOK": server.url})
        site.rota.alerts.channels.post.hosts = (server.host,)
        made = client.post("/api/v1/channels", json={"name": "ops", "kind": "webhook", "url": "env:HOOK"})
        assert (made.status_code, made.json()["reference"]) == (201, "env:HOOK")
        assert client.post("/api/v1/channels/ops/test").status_code == 200
        assert server.json[0]["title"] == "A test from rota"
        rule = client.post("/api/v1/alerts", json={"name": "all_of_it", "channels": ["ops"]})
        assert (rule.status_code, rule.json()["mode"]) == (201, "each")
        assert client.delete("/api/v1/channels/ops").status_code == 409
        given = {"name": "all_of_it", "channels": ["ops"], "mode": "first", "kinds": ["failed"]}
        assert client.put("/api/v1/alerts/all_of_it", json=given).json()["mode"] == "first"
        assert client.put("/api/v1/alerts/1", json=given | {"name": "other"}).status_code == 422
        assert client.put("/api/v1/alerts/1", json=given | {"channels": ["opps"]}).status_code == 404
        assert client.post("/api/v1/alerts/1/disable").json()["is_enabled"] is False
        assert client.post("/api/v1/alerts/1/enable").json()["is_enabled"] is True
        moved = client.patch(
            "/api/v1/channels/ops", json={"url": "env:ELSEWHERE", "secret": "env:KEY"}
        ).json()
        assert (moved["reference"], moved["is_signed"]) == ("env:ELSEWHERE", True)
        assert client.patch("/api/v1/channels/ops", json={"secret": None}).json()["is_signed"] is False
        assert client.patch("/api/v1/channels/ops", json={"kind": "apprise"}).status_code == 422
        assert client.get("/api/v1/alerts/1").json()["name"] == "all_of_it"
        assert client.delete("/api/v1/alerts/all_of_it").status_code == 204
        assert client.delete("/api/v1/channels/1").status_code == 204
        assert client.get("/api/v1/channels").json() == []


def test_a_channel_that_does_not_answer_is_told(site):
    with site.client() as client:
        client.post("/api/v1/channels", json={"name": "ops", "kind": "webhook", "url": "env:NOT_SET"})
        answer = client.post("/api/v1/channels/ops/test")
        assert (answer.status_code, answer.json()["code"]) == (409, "undelivered")
        assert "the variable NOT_SET is not set" in answer.json()["detail"]


def test_a_job_is_muted_and_heard_again(site):
    site.world.add_job("backup")
    with site.client() as client:
        given = {"target": "job:backup", "until": "2100-01-01T00:00:00Z", "reason": "known"}
        assert client.post("/api/v1/alerts/mutes", json=given).status_code == 200
        (mute,) = client.get("/api/v1/alerts/mutes").json()
        assert (mute["target"], mute["by"]) == ("job:backup", "a_admin")
        assert client.delete("/api/v1/alerts/mutes/job:backup").status_code == 204
        assert client.get("/api/v1/alerts/mutes").json() == []
        assert client.get("/api/v1/alerts/deliveries").json() == []


def test_a_rule_that_cannot_be_is_refused_in_words(site):
    with site.client() as client:
        answer = client.post("/api/v1/alerts", json={"name": "x", "channels": ["ops"], "scope": "job"})
        assert answer.status_code == 422
        assert "names it as its target" in answer.text
        assert client.post("/api/v1/alerts", json={"name": "x", "channels": ["ops"]}).status_code == 404
