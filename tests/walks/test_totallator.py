"""Through every job, page and behaviour of the seed 003."""

import time

import pytest

from examples.totallator.program import EXAMPLE
from tests.walks.walking import PATIENCE, Walk


@pytest.fixture
def walk(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    return Walk(EXAMPLE, "totallator", monkeypatch, capfd)


@pytest.mark.timeout(240)
def test_the_whole_of_the_journal(walk):
    with walk.serving() as api:
        has_its_jobs(walk)
        triggers_by_hand(walk, api)
        retries_and_times_out(walk)
        works_on_real_data(walk)
        shows_pages_to_admins_only(api)
        keeps_global_settings(walk)


def has_its_jobs(walk):
    jobs = {job["name"]: job for job in walk.json("jobs list --size 100")}
    for name in ("database_backup", "journal_cleanup", "filter_processing", "session_cleanup", "import_processing",
                 "llm_journal_processing", "file_integrity"):  # fmt: skip
        assert name in jobs
    new = jobs["my-new-job"]
    assert (new["schedule"], new["timeout"], new["max_retries"], new["enabled"]) == (
        "0 * * * *",
        120,
        2,
        True,
    )
    backup = jobs["journal-backup"]
    assert backup["schedule_expression"] == "${BACKUP_SCHEDULE}"
    assert backup["resolved_expression"] == "0 2 * * *"
    assert backup["problem"] is None


def triggers_by_hand(walk, api):
    ran = walk.json("jobs run my-new-job")
    assert (ran["message"], ran["metrics"]["itemsProcessed"]) == ("Job completed successfully", 3)
    assert ran["triggered_by"]
    queued = api.post("/api/v1/jobs/journal-backup/execute", json={})
    assert queued.json()["id"] > ran["id"]
    assert walk.json("jobs history journal-backup") is not None


def retries_and_times_out(walk):
    assert walk("jobs run fetch-rates").code == 5
    attempts = ended(walk, "fetch-rates", 3)
    assert [(one["attempt"], one["status"]) for one in attempts] == [
        (1, "failed"),
        (2, "failed"),
        (3, "succeeded"),
    ]
    assert "ConnectionError" in attempts[0]["error_type"]
    assert "the bank does not answer" in attempts[0]["stack_trace"]
    assert [one["trigger"] for one in attempts] == ["manual", "retry", "retry"]
    assert walk.start("jobs run slow-query --json").returncode == 5
    (slow,) = ended(walk, "slow-query", 1)
    assert slow["status"] == "timed_out"
    assert walk("jobs run asks-to-wait").code == 5
    assert ended(walk, "asks-to-wait", 2)[-1]["status"] == "succeeded"


def ended(walk, job, count):
    """The executions of a job, oldest first, once so many have ended."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = [one for one in walk.json(f"jobs history {job}") if one["ended_at"]]
        if len(found) >= count:
            return [walk.json(f"executions show {one['id']}") for one in found[::-1]]
        time.sleep(0.05)
    raise AssertionError(f"{job} has not ended {count} times")


def works_on_real_data(walk):
    rules = '[{"column": "text", "op": "begins_with", "value": "rent", "then": {"category": "housing"}}]'
    told = {
        "journal_cleanup": "--arg table=journals --arg status_column=status --arg 'statuses=[\"void\"]'",
        "filter_processing": f"--arg table=journals --arg only_null=category --arg 'rules={rules}'",
        "database_backup": "--arg folder=backups",
        "session_cleanup": "",
    }
    for name, arguments in told.items():
        assert not arguments or walk(f"jobs update {name} {arguments}").code == 0
        ran = walk.json(f"jobs run {name}")
        assert ran["status"] == "succeeded", ran
    assert walk.rows("SELECT text, category FROM journals ORDER BY id") == [
        ("Coffee", None),
        ("Rent may", "housing"),
    ]
    assert walk.rows("SELECT count(*) FROM sessions") == [(1,)]


def shows_pages_to_admins_only(api):
    for page in ("/admin/cron/", "/admin/cron/my-new-job"):
        stranger = api.get(page, headers={"Authorization": ""}, follow_redirects=False)
        assert stranger.status_code in (302, 303, 401, 403)


def keeps_global_settings(walk):
    assert walk("config set default_timeout 300").code == 0
    shown = {one["name"]: one["value"] for one in walk.json("config show")}
    assert shown["default_timeout"] == 300
    assert walk("jobs run database_cleanup").code == 0
