"""Through every command, job and behaviour of the seeds 000 and 002."""

import pytest

from examples.systemprompt.program import EXAMPLE
from tests.walks.walking import Walk


@pytest.fixture
def walk(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    return Walk(EXAMPLE, "systemprompt", monkeypatch, capfd)


@pytest.mark.timeout(600)
def test_the_whole_of_the_platform(walk):
    assert "cleanup_empty_contexts" in walk.shown
    with walk.serving():
        lists_its_jobs(walk)
        runs_them(walk)
        tells_what_is_wrong(walk)
        shows_status_and_history(walk)


def lists_its_jobs(walk):
    jobs = {job["name"]: job for job in walk.json("jobs list --size 100")}
    wanted = (
        "database_cleanup",
        "cleanup_inactive_sessions",
        "cleanup_empty_contexts",
        "infrastructure_cleanup",
    )
    for name in (*wanted, "feature_extraction", "malicious_ip_blacklist", "behavioral_analysis"):
        assert {"name", "description", "schedule", "enabled"} <= jobs[name].keys()
        assert jobs[name]["enabled"] is True
        assert jobs[name]["description"]
    assert jobs["cleanup_inactive_sessions"]["schedule"] == "*/10 * * * *"
    assert jobs["cleanup_inactive_sessions"]["origin"] == "code"
    assert jobs["cleanup_empty_contexts"]["schedule"] == "0 */2 * * *"
    assert jobs["infrastructure_cleanup"]["schedule"] == "0 3 * * *"
    table = walk.start("jobs list").stdout
    assert "cleanup_empty_contexts" in table
    assert "DESCRIPTION" in table
    assert walk.start("--json jobs list").stdout.startswith("[")


def runs_them(walk):
    def ran(line):
        done = walk.json(line)
        assert done["success"] is True, done
        assert isinstance(done["duration_ms"], int)
        return done["message"], done["items_processed"], done["items_failed"]

    # Every ten minutes it runs by itself, and may have done so just now.
    ran("jobs run cleanup_inactive_sessions")
    told = [row["message"] for row in walk.json("jobs history cleanup_inactive_sessions")]
    assert told.count("1 sessions closed") == 1
    assert walk.rows("SELECT id FROM sessions") == [(2,)]
    assert ran("jobs run cleanup_empty_contexts")[0] == "1 contexts removed"
    assert walk.rows("SELECT id FROM contexts") == [(1,)]
    assert ran("jobs run infrastructure_cleanup")[0] == "3 records deleted"
    assert walk.rows("SELECT text FROM logs") == [("kept",)]
    assert ran("jobs run content_ingestion")[1] == 1
    assert walk.rows("SELECT slug, title, body FROM content") == [("hello", "Hello", "World")]
    assert ran("jobs run image_optimization")[1:] == (1, 1)
    assert walk.rows("SELECT bytes - optimized_bytes FROM images ORDER BY id") == [(7,), (None,)]
    for line in ("database_cleanup", "session_cleanup", "feature_extraction", "behavioral_analysis"):
        ran(f"jobs run {line}")
    assert ran("jobs run malicious_ip_blacklist") == ("2 networks blocked", 2, 1)
    for line in (
        "cleanup-sessions",
        "cleanup-sessions --hours 2",
        "session-cleanup",
        "session-cleanup --hours 1",
    ):
        assert "inactive sessions deleted" in ran(f"jobs {line}")[0]
    for line in ("log-cleanup", "log-cleanup --days 7"):
        assert "executions deleted" in ran(f"jobs {line}")[0]


def tells_what_is_wrong(walk):
    unknown = walk("jobs run databse_cleanup")
    assert unknown.code == 6
    assert "Known jobs: behavioral_analysis" in unknown.err
    away = walk("--database-url postgresql://nobody@127.0.0.1:1/none jobs list")
    assert away.code == 7
    assert "check that the server runs" in away.err
    walk("jobs create broken Broken custom manual '' rota.sql_statement --arg statement=nothing")
    failed = walk("jobs run broken")
    assert failed.code == 5
    assert 'no statement named "nothing"' in failed.out


def shows_status_and_history(walk):
    assert walk.json("jobs status cleanup_empty_contexts")["status"] == "active"
    assert walk.json("jobs history cleanup_empty_contexts")[0]["status"] == "succeeded"
    assert walk.json("jobs disable cleanup_empty_contexts")["enabled"] is False
    assert walk.json("jobs enable cleanup_empty_contexts")["enabled"] is True
    assert len(walk.json("jobs schedule cleanup_empty_contexts --count 3")) == 3
