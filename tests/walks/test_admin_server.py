"""Through every job and behaviour of the seed 004."""

import time

import pytest
from sqlalchemy import create_engine, text

from examples.admin_server.program import EXAMPLE
from tests.channels.receivers import web
from tests.walks.walking import Walk

SEED = {
    "session_cleanup": "0 */6 * * *", "token_cleanup": "03:00", "audit_log_cleanup": "1:04:00",
    "daily_report": "01:00", "weekly_report": "6:02:00", "monthly_report": "1:05:00", "expiry_notification": "09:00",
    "security_alert": "15", "health_check": "5", "performance_monitor": "10",
}  # fmt: skip


@pytest.fixture
def walk(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    return Walk(EXAMPLE, "admin-server", monkeypatch, capfd)


@pytest.mark.timeout(600)
def test_the_whole_of_the_server(walk, monkeypatch):
    jobs = {job["name"]: job for job in walk.json("jobs list --size 100")}
    assert {name: jobs[name]["schedule_expression"] for name in SEED} == SEED
    with web() as hook:
        monkeypatch.setenv("OPS_HOOK", hook.url)
        monkeypatch.setenv("ROTA_JOB_HOSTS", hook.host)
        walk("channels create ops env:OPS_HOOK --webhook")
        walk("alerts create critical --to ops --critical --on failed --throttle 0")
        with walk.serving():
            runs_each_job(walk)
            runs_a_job_of_its_own(walk)
            breaks_and_tells(walk, hook)


def runs_each_job(walk):
    told = {
        "expiry_notification": "--arg 'to=[\"ops\"]'",
        "security_alert": "--arg 'to=[\"ops\"]'",
        "daily_report": "--arg 'to=[\"ops\"]'",
        "licence_expiry": "--arg 'to=[\"ops\"]'",
    }
    for name, arguments in told.items():
        assert walk(f"jobs update {name} {arguments}").code == 0
    for name in (*SEED, "licence_expiry", "subscription_renewal", "database_backup"):
        ran = walk.json(f"jobs run {name}")
        assert ran["status"] == "succeeded", ran
    assert walk.rows("SELECT count(*) FROM sessions") == [(1,)]
    states = walk.rows("SELECT name, status FROM licences ORDER BY name")
    assert states == [("over", "suspended"), ("renews", "active"), ("soon", "active")]
    assert {one["kind"] for one in walk.json("reports list")} == {"daily", "weekly", "monthly"}


def runs_a_job_of_its_own(walk):
    ran = walk.json("jobs run example_job")
    assert ran["result"] == {"licences": 3}
    lines = walk(f"executions logs {ran['id']}").out
    assert "Starting Example Job" in lines
    assert "Example Job completed" in lines


def breaks_and_tells(walk, hook):
    engine = create_engine(EXAMPLE.environ()["ROTA_APP_DATABASE_URL"])
    with engine.begin() as conn:
        conn.execute(text("DELETE FROM licences"))
    engine.dispose()
    assert walk("jobs run example_job").code == 5
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        titles = [one["title"] for one in hook.json]
        if "example_job failed" in titles:
            break
        time.sleep(0.1)
    assert "example_job failed" in titles
    assert any(title.startswith("Daily report") for title in titles)
    (failed,) = [one for one in hook.json if one["title"] == "example_job failed"]
    assert "LookupError: there is no licence" in failed["text"]
    assert len({call[2]["X-Rota-Id"] for call in hook.calls}) == len(hook.calls)
