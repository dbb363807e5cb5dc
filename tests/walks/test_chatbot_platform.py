"""Through every endpoint, command, default job and behaviour of the seed 001."""

import time

import pytest

from examples.chatbot_platform.program import EXAMPLE
from tests.walks.walking import PATIENCE, Walk

CREATE = """jobs create system_backup "System Backup Job" database_maintenance daily "03:00" \
  "app.tasks.backup.create_backup" --description "Daily system backup" --queue backup --priority 8 \
  --timeout 7200 --enabled"""
CLEANUP = {
    "name": "system_cleanup", "title": "System Cleanup Job", "description": "Clean up temporary files and logs",
    "job_type": "document_cleanup", "schedule_type": "daily", "schedule_expression": "02:00",
    "task_name": "app.tasks.cleanup.system_cleanup", "task_queue": "maintenance", "task_priority": 5,
    "is_enabled": True,
}  # fmt: skip

DEFAULTS = {
    "system_health_check": ("15", True), "document_cleanup": ("02:00", True),
    "analytics_aggregation": ("01:00", True), "database_maintenance": ("0:03:00", False),
    "mcp_server_health_check": ("30", True),
}  # fmt: skip


@pytest.fixture
def walk(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    return Walk(EXAMPLE, "manage", monkeypatch, capfd)


@pytest.mark.timeout(600)
def test_the_whole_of_the_platform(walk):
    has_the_default_jobs(walk)
    with walk.serving() as api:
        manages_jobs_by_the_api(api)
        refuses_in_words(walk, api)
        manages_jobs_by_commands(walk)
        runs_the_default_jobs_on_real_data(walk)


def has_the_default_jobs(walk):
    found = {job["name"]: job for job in walk.json("jobs list")}
    told = {name: (found[name]["schedule_expression"], found[name]["is_enabled"]) for name in DEFAULTS}
    assert told == DEFAULTS
    assert "Every Monday at 03:00" in walk("jobs show database_maintenance").out


def manages_jobs_by_the_api(api):
    made = api.post("/api/v1/jobs/", json=CLEANUP)
    assert made.status_code == 201, made.text
    number = made.json()["id"]
    listed = api.get(
        "/api/v1/jobs/", params={"page": 1, "size": 20, "status": "active", "is_enabled": "true"}
    )
    assert "system_cleanup" in listed.text
    assert api.get(f"/api/v1/jobs/{number}").json()["title"] == "System Cleanup Job"
    changed = api.put(f"/api/v1/jobs/{number}", json={"schedule_expression": "03:00", "is_enabled": False})
    assert (changed.json()["schedule_expression"], changed.json()["is_enabled"]) == ("03:00", False)
    given = {"force": True, "override_kwargs": {"cleanup_level": "deep"}}
    ran = api.post(f"/api/v1/jobs/{number}/execute", params={"wait": 30}, json=given)
    assert ran.status_code in (200, 202), ran.text
    assert api.post(f"/api/v1/jobs/{number}/pause").status_code == 200
    assert api.post(f"/api/v1/jobs/{number}/resume").status_code == 200
    assert api.get("/api/v1/jobs/overdue/list").status_code == 200
    assert api.get("/api/v1/jobs/stats/overview").json()
    given = {"schedule_type": "daily", "schedule_expression": "09:30", "timezone": "UTC"}
    assert api.post("/api/v1/jobs/validate-schedule", json=given).json()["valid"] is True
    history = history_of(api, number)
    assert history[0]["message"] == "deep cleanup: 0 files"
    assert api.delete(f"/api/v1/jobs/{number}").status_code in (200, 204)
    assert api.get(f"/api/v1/jobs/{number}").status_code == 404


def history_of(api, number):
    """The executions of a job, once there is one that has ended."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = api.get("/api/v1/executions", params={"job": number}).json()["items"]
        if found and found[0]["ended_at"]:
            return found
        time.sleep(0.05)
    raise AssertionError("nothing has ended")


def refuses_in_words(walk, api):
    assert api.get("/api/v1/jobs/", headers={"Authorization": ""}).status_code == 401
    walk("users create vera --role viewer --no-password")
    token = walk.json("tokens create walk --user vera")["token"]
    viewer = {"Authorization": f"Bearer {token}"}
    assert api.post("/api/v1/jobs/", json=CLEANUP, headers=viewer).status_code == 403
    hostile = CLEANUP | {"task_name": "os.system"}
    assert api.post("/api/v1/jobs/", json=hostile).status_code in (404, 422)
    assert api.post("/api/v1/jobs/", json=CLEANUP | {"schedule_expression": "25:00"}).status_code == 422
    actions = {row["action"] for row in walk.json("audit list --size 100")}
    assert {"job.create", "job.update", "job.execute", "job.pause", "job.delete", "denied"} <= actions


def manages_jobs_by_commands(walk):
    assert walk(CREATE).code == 0
    number = walk.json("jobs show system_backup")["id"]
    for line in (
        "jobs list --status active", "jobs list --type system_health_check", "jobs list --enabled-only",
        "jobs list --overdue-only", "jobs list --page 1 --size 10", f"jobs show {number}",
        f'jobs update {number} --schedule "04:00"', f"jobs update {number} --priority 9",
        f"jobs update {number} --disabled", f"jobs update {number} --enabled", f"jobs pause {number}",
        f"jobs resume {number}", "jobs overdue", "jobs stats", "jobs validate-schedule interval 30",
        'jobs validate-schedule daily "09:30"', 'jobs validate-schedule weekly "1:10:00"',
        'jobs validate-schedule daily "14:30" --timezone "America/New_York"',
    ):  # fmt: skip
        done = walk(line)
        assert done.code == 0, (line, done.err)
    assert walk("jobs validate-schedule daily 25:00").code == 1
    assert walk.json(f"jobs execute {number} --force --wait")["message"] == "2 documents copied"
    assert walk(f"jobs delete {number}").code == 2
    assert walk(f"jobs delete {number} --force").code == 0


def runs_the_default_jobs_on_real_data(walk):
    ran = {name: walk.json(f"jobs run {name} --force") for name in DEFAULTS}
    assert {name: one["status"] for name, one in ran.items()} == dict.fromkeys(ran, "succeeded")
    assert ran["document_cleanup"]["items_processed"] == 1
    assert walk.rows("SELECT name, n FROM usage ORDER BY name") == [("ana", 2), ("bo", 1)]
    assert ran["mcp_server_health_check"]["message"] == "1 MCP server answered"
