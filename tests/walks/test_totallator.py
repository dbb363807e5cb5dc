"""Through every job, page and behaviour of the seed 003."""

import json
import time
from pathlib import Path

import pytest

from examples.totallator.program import EXAMPLE
from tests.channels.receivers import web
from tests.walks.walking import PATIENCE, Walk


@pytest.fixture
def walk(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    return Walk(EXAMPLE, "totallator", monkeypatch, capfd)


@pytest.mark.timeout(600)
def test_the_whole_of_the_journal(walk, monkeypatch):
    with web(sum_up) as model:
        monkeypatch.setenv("ROTA_JOB_HOSTS", model.host)
        goes_through(walk, model)


def goes_through(walk, model):
    with walk.serving() as api:
        has_its_jobs(walk)
        triggers_by_hand(walk, api)
        retries_and_times_out(walk)
        works_on_real_data(walk)
        lets_a_model_read(walk, model)
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
    for name in ("journal_cleanup", "import_processing", "filter_processing", "database_backup", "session_cleanup",
                 "file_integrity"):  # fmt: skip
        ran = walk.json(f"jobs run {name}")
        assert ran["status"] == "succeeded", ran
    assert walk.rows("SELECT text, category FROM journals ORDER BY id") == [
        ("Coffee", None),
        ("Rent may", "housing"),
        ("Tram ticket", "travel"),
    ]
    assert "many" in (Path("var") / "imports" / "may.csv.rejected.jsonl").read_text()
    (Path("var") / "statements" / "2026-05.txt").write_text("900 rent\n30 coffee\n")
    changed = walk("jobs run file_integrity")
    assert changed.code == 5
    assert "1 changed" in changed.out
    assert walk.rows("SELECT count(*) FROM sessions") == [(1,)]


def sum_up(method, path, heads, body):
    """A stand-in for a language model."""
    asked = json.loads(body)["messages"][0]["content"]
    return 200, json.dumps({"choices": [{"message": {"content": asked.upper()}}]}).encode()


def lets_a_model_read(walk, model):
    told = f"--arg url=http://{model.host}/v1/chat/completions --arg model=m --arg table=journals --arg into=summary"
    assert (
        walk(f"jobs update llm_journal_processing {told} --arg 'prompt=$text' --arg per_minute=1000").code
        == 0
    )
    assert walk.json("jobs run llm_journal_processing")["message"] == "3 rows processed"
    assert ("COFFEE",) in walk.rows("SELECT summary FROM journals")


def shows_pages_to_admins_only(api):
    for page in ("/admin/cron/", "/admin/cron/my-new-job"):
        stranger = api.get(page, headers={"Authorization": ""}, follow_redirects=False)
        assert stranger.status_code in (302, 303, 401, 403)


def keeps_global_settings(walk):
    assert walk("config set default_timeout 300").code == 0
    shown = {one["name"]: one["value"] for one in walk.json("config show")}
    assert shown["default_timeout"] == 300
    assert walk("jobs run database_cleanup").code == 0
