"""Executions, timeline, calendar, nodes, audit, settings, users and tokens."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from rota.domain.execution import Status
from rota.domain.permission import Role
from tests.web.visitor import Visitor, text_of
from tests.world import ANA

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)
"""What these pages ask for is tested on each database where it is read."""

READ = (
    "executions",
    "timeline",
    "calendar",
    "nodes",
    "alerts",
    "alerts/channels",
    "alerts/deliveries",
    "settings",
    "settings/system",
)
GOVERN = ("audit", "users", "tokens")


@pytest.fixture
def busy(world):
    """A world in which something happened, and something is planned."""
    world.add_job("backup", daily="13:00", timezone="Europe/Rome")
    world.add_job("often", every="5m")
    world.after(3600)
    world.run(Status.FAILED, error_type="OSError", error_message="<b>full</b>")
    return world


@pytest.mark.parametrize("day", ["2026-03-29T05:00+00:00", "2026-10-25T05:00+00:00"])
def test_every_page_is_there_in_every_zone_also_on_days_when_the_clock_changes(busy, site, day):
    busy.clock.wall = busy.clock.wall.fromisoformat(day)
    with Visitor.of(site) as admin:
        for zone in ("UTC", "Europe/Rome", "Asia/Kathmandu"):
            for page in (*READ, *GOVERN, "timeline?w=7d", "timeline?w=1h&by=node"):
                mark = "&" if "?" in page else "?"
                assert admin.get(f"/-/{page}{mark}zone={zone}").status_code == 200, page


def test_who_only_looks_sees_what_is_his(busy, site):
    with Visitor.of(site, Role.VIEWER) as viewer:
        for page in READ:
            assert viewer.get(f"/-/{page}").status_code == 200
        for page in (*GOVERN, "audit.csv"):
            assert viewer.get(f"/-/{page}").status_code == 403
        system = viewer.get("/-/settings/system")
        assert "This needs the role admin" in system.text
        assert "database_url" not in system.text
        assert viewer.post("/-/settings/system", name="hold_all", value="true").status_code == 403


def test_executions_are_listed_newest_first_and_filtered(busy, admin):
    page = admin.get("/-/executions")
    assert "OSError: <b>full</b>" in text_of(page).replace("&lt;", "<")
    assert "<b>full</b>" not in page.text
    assert admin.get("/-/executions?result=missed&trigger=scheduler").text.count('id="execution-') == 1
    assert admin.get("/-/executions?result=odd").status_code == 422


def test_the_timeline_has_a_lane_for_each_job_and_for_each_node(busy, admin):
    page = admin.get("/-/timeline")
    text = text_of(page)
    assert "1 job with executions" in text
    assert 'aria-label="often: 1 failed, 1 missed' in page.text
    assert "The same as a table" in text
    assert "m-band" in page.text
    assert "2 nodes on which something ended" in text_of(admin.get("/-/timeline?by=node"))
    assert admin.get("/-/timeline?day=2026-03-01").status_code == 200
    for wrong in ("w=2h", "day=yesterday", "day=9999-12-31&w=7d"):
        assert admin.get(f"/-/timeline?{wrong}").status_code == 422


def test_jobs_that_start_together_are_pointed_at(world, admin):
    for number in range(6):
        world.add_job(f"nightly_{number}", daily="02:00")
    for day, told in (("2026-03-03", "Tue"), ("2026-03-05", "Thu")):
        text = text_of(admin.get(f"/-/timeline?day={day}"))
        assert f"6 jobs start together: {told} 02:00 UTC" in text
        assert f"A minute apart, the last would start {told} 02:05 UTC" in text


def test_the_calendar_counts_each_day(busy, admin):
    page = admin.get("/-/calendar")
    assert 'aria-label="Monday 2 March: 0 succeeded, 1 failed, 11 missed' in page.text
    assert page.text.count('aria-current="date"') == 1
    assert "February 2026" in text_of(admin.get("/-/calendar?month=2026-02"))
    for wrong in ("2026-13", "march"):
        assert admin.get(f"/-/calendar?month={wrong}").status_code == 422


def test_nodes_show_who_lives_and_who_is_silent(busy, admin):
    busy.beat(busy.node)
    assert "node this-machine" in text_of(admin.get("/-/nodes"))
    busy.clock.advance(60)
    assert "Silent" in text_of(admin.get("/-/nodes"))


def test_a_node_is_drained_and_takes_work_again(busy, admin):
    busy.beat(busy.node)
    page = text_of(admin.get("/-/nodes"))
    assert "Drain" in page
    (agent,) = [one.node for one in busy.rota.presence.nodes() if one.node.role == "agent"]
    assert admin.post(f"/-/nodes/{agent.id}/drain").status_code == 303
    assert "Draining" in text_of(admin.get("/-/nodes"))
    admin.post(f"/-/nodes/{agent.id}/undrain")
    assert "Draining" not in text_of(admin.get("/-/nodes"))
    assert admin.post("/-/nodes/999/drain").status_code == 404


def test_the_audit_log_is_filtered_and_taken_away_as_a_file(busy, admin):
    busy.holds.pause("backup", ANA, reason="=cmd()")
    page = text_of(
        admin.get("/-/audit?actor=ana&action=job&target=job:backup&since=2026-03-02&until=2026-03-02")
    )
    assert "job.pause" in page
    assert "“=cmd()”" in page
    assert "Nothing like that was done" in text_of(admin.get("/-/audit?until=2026-03-01"))
    assert admin.get("/-/audit?since=monday").status_code == 422
    rows = [json.loads(line) for line in admin.get("/-/audit.jsonl?action=job.pause").text.splitlines()]
    assert [row["target"] for row in rows] == ["job:backup"]
    assert "'=cmd()" in admin.get("/-/audit.csv?action=job.pause").text
    assert admin.get("/-/audit.xml").status_code == 422
    assert ("a_admin", "audit.export", "audit") in busy.audited()


def test_system_settings_are_set_and_taken_back(world, admin):
    admin.post("/-/settings/system", name="retention_days", value="60")
    assert world.rota.configuration.held().retention_days == 60
    assert "set here" in text_of(admin.get("/-/settings/system"))
    wrong = admin.post("/-/settings/system", name="retention_days", value="-1")
    assert wrong.status_code == 422
    assert 'value="-1"' in wrong.text
    admin.post("/-/settings/system", name="retention_days", reset="1")
    assert world.rota.configuration.held().retention_days == 30
    assert "secret_key" not in admin.get("/-/settings/system").text


def test_tokens_are_shown_once_and_revoked(world, admin):
    made = admin.post("/-/settings/tokens", name="for a script")
    secret = made.text.split('class="secret">')[1].split("<")[0]
    found = world.rota.tokens.lookup(secret)
    assert found is not None
    assert secret not in admin.get("/-/settings").text
    (token,) = world.rota.tokens.search(user="a_admin")
    admin.post(f"/-/settings/tokens/{token.id}")
    assert world.rota.tokens.lookup(secret) is None
    assert admin.post("/-/tokens", name="x", user="nobody", scopes="").status_code == 422
    assert 'class="secret">' in admin.post("/-/tokens", name="x", user="a_viewer", scopes="job.read").text


def test_users_are_made_changed_and_disabled(world, admin):
    admin.post("/-/users", name="ben", role="viewer", password="")
    ben = world.rota.accounts.get("ben")
    admin.post(f"/-/users/{ben.id}/role", role="operator")
    admin.post(f"/-/users/{ben.id}/password", password="sieben kleine geissen")
    ben = world.rota.accounts.get("ben")
    assert (ben.role, ben.has_password) == (Role.OPERATOR, True)
    admin.post(f"/-/users/{ben.id}/disable")
    assert not world.rota.accounts.get("ben").is_enabled
    admin.post(f"/-/users/{ben.id}/enable")
    assert world.rota.accounts.get("ben").is_enabled
    again = admin.post("/-/users", name="ben", role="viewer")
    assert again.status_code == 422
    assert 'value="ben"' in again.text


def test_a_password_is_changed_by_who_knows_the_old_one(world, admin):
    wrong = admin.post("/-/settings/password", current="no", new="sieben kleine geissen")
    assert wrong.status_code == 422
    assert admin.get("/-/settings").status_code == 200


def test_what_was_typed_for_a_token_or_a_user_is_not_lost_when_it_is_wrong(world, admin):
    admin.get("/-/tokens")
    wrong = admin.post("/-/tokens", name="ci", user="olga", scopes="job.raed")
    assert [f'value="{typed}"' in wrong.text for typed in ("ci", "olga", "job.raed")] == [True] * 3
    wrong = admin.post("/-/users", name="olga", role="operator", password="short")
    assert '<option value="operator" selected>Operator' in wrong.text


def test_a_zone_of_ones_own_that_is_none_is_told(world, admin):
    admin.get("/-/settings")
    for zone, told in (
        ("Mars/Olympus", "There is no time zone “Mars/Olympus”: yours stays UTC."),
        ("Asia/Tokyo", "Saved."),
    ):
        admin.post("/-/preferences", theme="auto", zone="job", mine=zone)
        assert told in text_of(admin.get("/-/settings"))


def test_a_short_timeline_is_walked_through_by_its_own_length(busy, admin):
    # Through the night in which Rome has the hour from two to three twice.
    at = datetime(2026, 10, 25, 0, 30, 56, tzinfo=UTC)
    for w, hours in (("1h", 1), ("6h", 6)):
        page = admin.get(f"/-/timeline?w={w}&zone=Europe/Rome&day={at:%Y-%m-%dT%H:%M:%SZ}").text
        for n in (-1, 1):
            assert f"day={at + n * timedelta(hours=hours):%Y-%m-%dT%H%%3A%M%%3A%SZ}" in page
    for day in ("2026-03-02T25:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01", "9999-12-31"):
        for w in ("6h", "24h", "7d"):
            assert admin.get(f"/-/timeline?w={w}&day={day}").status_code == 422, (day, w)
