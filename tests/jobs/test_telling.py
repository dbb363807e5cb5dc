"""Reports and notifications: made, kept, sent once."""

from datetime import UTC, datetime, timedelta

import pytest

from rota.domain.actor import Actor
from rota.domain.errors import NotFound
from rota.domain.execution import Status
from rota.domain.permission import Role
from rota.jobs.daily_report import daily_report
from rota.jobs.expiry_notification import expiry_notification
from rota.jobs.monthly_report import monthly_report
from rota.jobs.notify import notify
from rota.jobs.security_alert import security_alert
from rota.jobs.user_activity_digest import user_activity_digest
from rota.jobs.weekly_report import weekly_report
from tests.jobs.told import Told
from tests.world import ANA

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
REPORTS = {"daily": daily_report, "weekly": weekly_report, "monthly": monthly_report}


@pytest.fixture
def told(desk):
    return Told(desk)


def history(world, at):
    """Two runs, one of them failed, at an instant."""
    now, world.clock.wall = world.clock.wall, at
    world.add_job("backup_x")
    for status in (Status.SUCCEEDED, Status.FAILED):
        world.executions.execute("backup_x", ANA)
        world.run(status, started_at=at - timedelta(seconds=2))
    world.clock.wall = now


@pytest.mark.parametrize("kind", REPORTS)
def test_a_report_is_made_kept_and_sent_once(told, kind):
    begins = (TODAY.replace(day=1) - timedelta(days=1)) if kind == "monthly" else TODAY - timedelta(hours=12)
    history(told.world, begins)
    done = told.desk.run(REPORTS[kind], to=["ops"])
    assert done.items_processed == 2
    ((kept_kind, title, html, text),) = told.kept()
    assert (kept_kind, title.partition(" ")[0]) == (kind, kind.capitalize())
    assert {"1 failed", "1 succeeded"} == set(text.splitlines()[3].split(", "))
    assert "backup_x" in text
    assert "█" in text
    assert html.startswith("<!doctype html>")
    assert ("The audit log is sealed up to row" in text) is (kind == "monthly")
    told.desk.run(REPORTS[kind], to=["ops"])
    assert told.arrived() == [title]
    assert told.messages[0].html == html
    assert len(told.kept()) == 1


def test_a_report_that_was_killed_is_kept_and_sent_once(told):
    history(told.world, TODAY - timedelta(hours=12))
    if told.world.db.is_sqlite:
        told.desk.kill(daily_report, to=["ops"])
    told.desk.run(daily_report, to=["ops"])
    assert len(told.arrived()) == len(told.kept()) == 1


def test_a_report_to_nobody_is_refused_by_name_and_to_no_one_is_kept(told):
    with pytest.raises(NotFound, match='no channel named "opps"; did you mean "ops"'):
        told.desk.run(daily_report, to=["opps"])
    assert told.desk.run(daily_report).success
    assert told.arrived() == []


def test_a_hostile_title_is_only_text_in_a_report(told):
    by = Actor("<script>alert(1)</script>", "api")
    told.world.rota.auditing.record(by, "job.pause", "job:x")
    told.desk.run(user_activity_digest)
    ((_, _, html, text),) = told.kept()
    assert "<script>" not in html
    assert "<script>" in text


def test_what_users_did_is_summed_up(told):
    for _ in range(3):
        told.world.rota.auditing.record(ANA, "job.pause", "job:x")
    done = told.desk.run(user_activity_digest, to=["ops"], dry_run=True)
    assert done.data["ana"] >= 3
    assert told.kept() == []
    if told.world.db.is_sqlite:
        told.desk.kill(user_activity_digest, to=["ops"])
    told.desk.run(user_activity_digest, to=["ops"])
    told.desk.run(user_activity_digest, to=["ops"])
    assert len(told.arrived()) == 1


def test_credentials_that_expire_are_told_once_a_day(told):
    user = told.world.rota.accounts.create("bo", Role.ADMIN, ANA)
    for days in (3, 300):
        until = told.world.clock.now() + timedelta(days=days)
        told.world.rota.tokens.create(f"for {days} days", user.id, ANA, expires_at=until)
    assert told.desk.run(expiry_notification, to=["ops"], dry_run=True).items_processed == 1
    if told.world.db.is_sqlite:
        told.desk.kill(expiry_notification, to=["ops"])
    for _ in range(2):
        assert told.desk.run(expiry_notification, to=["ops"]).items_processed == 1
    assert told.arrived() == ["1 credential about to expire"]
    assert "for 3 days" in told.messages[0].text
    with pytest.raises(NotFound):
        told.desk.run(expiry_notification, to=["ops\r\nBcc: x"])


def test_refused_log_ins_and_new_admins_are_told_once(told):
    record = told.world.rota.auditing.record
    for _ in range(4):
        record(ANA, "login.refused", "user:")
    assert told.desk.run(security_alert, to=["ops"]).items_processed == 0
    told.world.rota.accounts.create("bo", Role.ADMIN, ANA)
    record(ANA, "login.refused", "user:")
    assert told.desk.run(security_alert, to=["ops"], dry_run=True).items_processed == 6
    if told.world.db.is_sqlite:
        told.desk.kill(security_alert, to=["ops"])
    for _ in range(2):
        assert told.desk.run(security_alert, to=["ops"]).items_processed == 6
    assert told.arrived() == ["6 security events"]


def test_a_notice_is_sent_once_for_a_slot(told):
    how = {"to": ["ops"], "title": "Hello", "text": "world"}
    assert told.desk.run(notify, **how, dry_run=True).message == "would be sent to ops"
    if told.world.db.is_sqlite:
        told.desk.kill(notify, **how)
    told.desk.run(notify, **how)
    assert told.arrived() == ["Hello"]
