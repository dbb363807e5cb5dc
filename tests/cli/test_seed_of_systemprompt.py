"""Every command line of the first seed, as it is written there: `systemprompt` is `rota` here."""

import pytest

from rota.domain.execution import Status
from tests.world import ANA

JOB = {"name", "description", "schedule", "enabled"}


def test_list_shows_name_description_schedule_and_whether_it_is_enabled(shell, site):
    done = shell("rota jobs list")
    assert done.code == 0
    head, *rows = done.out.splitlines()
    assert {"NAME", "DESCRIPTION", "SCHEDULE", "ENABLED"} <= set(head.split())
    row = next(" ".join(row.split()) for row in rows if row.startswith("database_cleanup"))
    assert row.startswith(
        "database_cleanup Clean up old database records Every day at 03:00 yes active never in"
    )


@pytest.mark.parametrize("line", ["rota --json jobs list", "rota jobs --json list", "rota jobs list --json"])
def test_list_as_json_is_an_array_of_jobs(shell, site, line):
    done = shell(line)
    assert done.code == 0
    found = {job["name"]: job for job in done.json}
    assert found["database_cleanup"].keys() >= JOB
    assert found["database_cleanup"]["description"] == "Clean up old database records"
    assert found["database_cleanup"]["enabled"] is True


def test_a_cron_schedule_is_shown_as_its_expression(shell, site):
    site.add_job("nightly", cron="0 2 * * *", description="Clean up old database records")
    found = {job["name"]: job for job in shell("rota --json jobs list").json}
    nightly = {name: found["nightly"][name] for name in JOB}
    assert nightly == {
        "name": "nightly",
        "description": "Clean up old database records",
        "schedule": "0 2 * * *",
        "enabled": True,
    }


@pytest.mark.parametrize(
    ("line", "job", "kwargs"),
    [
        ("rota jobs run database_cleanup", "database_cleanup", None),
        ("rota jobs run session_cleanup", "session_cleanup", None),
        ("rota jobs cleanup-sessions", "session_cleanup", {"hours": 1}),
        ("rota jobs cleanup-sessions --hours 2", "session_cleanup", {"hours": 2}),
        ("rota jobs cleanup-sessions --hours 1", "session_cleanup", {"hours": 1}),
        ("rota jobs session-cleanup", "session_cleanup", {"hours": 1}),
        ("rota jobs session-cleanup --hours 1", "session_cleanup", {"hours": 1}),
        ("rota jobs log-cleanup", "database_cleanup", {"keep_days": 30}),
        ("rota jobs log-cleanup --days 30", "database_cleanup", {"keep_days": 30}),
        ("rota jobs log-cleanup --days 7", "database_cleanup", {"keep_days": 7}),
    ],
)
def test_run_reports_success_message_and_items(shell, node, line, job, kwargs):
    done = shell(f"{line} --json")
    assert done.code == 0, done.err
    result = done.json
    assert (result["job_name"], result["status"], result["success"]) == (job, "succeeded", True)
    assert (result["message"], result["items_processed"]) == ("done by the node", 3)
    assert result["task_kwargs"] == kwargs
    assert result["trigger"] == "manual"
    assert isinstance(result["duration_ms"], int)
    as_text = shell(line)
    assert as_text.code == 0
    assert "succeeded" in as_text.out
    assert "done by the node" in as_text.out


def test_an_unknown_job_is_answered_with_the_known_ones(shell, site):
    done = shell("rota jobs run databse_cleanup")
    assert done.code == 6
    assert 'no job named "databse_cleanup"' in done.err
    assert 'did you mean "database_cleanup"?' in done.err
    assert "Known jobs: database_cleanup, session_cleanup, system_health_check" in done.err


def test_status_of_one_and_of_all(shell, site):
    one = shell("rota jobs status database_cleanup --json")
    assert one.code == 0
    assert one.json["status"] == "active"
    assert one.json["sentence"].startswith("Enabled. Every day at 03:00, UTC.")
    assert shell("rota jobs status --json").json == []
    site.executions.execute("database_cleanup", ANA)
    assert [each["status"] for each in shell("rota jobs status --json").json] == ["queued"]


def test_history_of_one_and_of_all(shell, site):
    for job in ("database_cleanup", "session_cleanup"):
        site.executions.execute(job, ANA)
    site.run(message="well")
    assert [one["job_name"] for one in shell("rota jobs history --json").json] == [
        "session_cleanup",
        "database_cleanup",
    ]
    mine = shell("rota jobs history database_cleanup --json").json
    assert [(one["status"], one["message"]) for one in mine] == [("succeeded", "well")]
    assert "well" in shell("rota jobs history database_cleanup").out


def test_enable_and_disable(shell, site):
    off = shell("rota jobs disable database_cleanup --json")
    assert (off.code, off.json["enabled"], off.json["next_run"]) == (0, False, None)
    on = shell("rota jobs enable database_cleanup --json")
    assert (on.code, on.json["enabled"]) == (0, True)
    assert on.json["next_run"] is not None


def test_schedule_shows_the_next_fires(shell, site):
    site.add_job("berlin", cron="30 2 * * *", timezone="Europe/Berlin")
    done = shell("rota jobs schedule berlin --after 2027-03-27T12:00 --count 2 --json")
    assert done.code == 0
    assert [fire["at"] for fire in done.json] == ["2027-03-28T01:00:00+00:00", "2027-03-29T00:30:00+00:00"]
    assert done.json[0]["note"] == "Sun 28 Mar 02:30 does not exist; runs 03:00"
    assert "02:30 does not exist" in shell("rota jobs schedule berlin --after 2027-03-27T12:00").out


def test_what_rota_itself_ended_is_told_by_its_reason(shell, site):
    site.executions.execute("database_cleanup", ANA)
    reason = "ran longer than 120 s and was stopped"
    site.run(
        Status.TIMED_OUT, reason=reason, error_type="rota.sdk.outcome.Stopped", error_message="asked to stop"
    )
    out = shell("rota jobs history database_cleanup").out
    assert reason in out
    assert "rota.sdk" not in out
