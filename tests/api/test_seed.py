"""The requests that people begin with, each as it is written in the reference, and the fields of the answers."""

import pytest

CREATE = {
    "name": "system_cleanup",
    "title": "System Cleanup Job",
    "description": "Clean up temporary files and logs",
    "job_type": "document_cleanup",
    "schedule_type": "daily",
    "schedule_expression": "02:00",
    "task_name": "app.tasks.cleanup.system_cleanup",
    "task_queue": "maintenance",
    "task_priority": 5,
    "is_enabled": True,
}


@pytest.fixture
def job(admin):
    return admin.post("/api/v1/jobs/", json=CREATE).json()


def test_create_job(admin):
    answer = admin.post("/api/v1/jobs/", json=CREATE)
    assert answer.status_code == 201
    made = answer.json()
    assert {name: made[name] for name in CREATE} == CREATE
    assert made["status"] == "active"
    assert made["next_run"].endswith("T02:00:00Z")
    assert answer.headers["location"] == f"/api/v1/jobs/{made['id']}"


def test_list_jobs(admin, job):
    answer = admin.get("/api/v1/jobs/?page=1&size=20&status=active&is_enabled=true")
    assert answer.status_code == 200
    page = answer.json()
    assert [one["name"] for one in page["items"]] == ["system_cleanup"]
    assert (page["total"], page["page"], page["size"], page["pages"]) == (1, 1, 20, 1)


def test_get_job(admin, job):
    for reference in (job["id"], "system_cleanup"):
        assert admin.get(f"/api/v1/jobs/{reference}").json() == job


def test_update_job(admin, job):
    answer = admin.put(
        f"/api/v1/jobs/{job['id']}", json={"schedule_expression": "03:00", "is_enabled": False}
    )
    assert answer.status_code == 200
    changed = answer.json()
    assert changed["schedule_expression"] == "03:00"
    assert changed["is_enabled"] is False
    assert changed["status"] == "disabled"
    assert changed["title"] == "System Cleanup Job"
    assert changed["version"] == 2


def test_delete_job(admin, job):
    answer = admin.delete(f"/api/v1/jobs/{job['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert admin.get(f"/api/v1/jobs/{job['id']}").status_code == 404


def test_execute_job(admin, job):
    answer = admin.post(
        f"/api/v1/jobs/{job['id']}/execute",
        json={"force": True, "override_kwargs": {"cleanup_level": "deep"}},
    )
    assert answer.status_code == 202
    execution = answer.json()
    assert execution["status"] == "queued"
    assert execution["trigger"] == "api"
    assert execution["triggered_by"] == "a_admin"
    assert execution["task_kwargs"] == {"cleanup_level": "deep"}
    assert answer.headers["location"] == f"/api/v1/executions/{execution['id']}"


def test_pause_and_resume_job(admin, job):
    paused = admin.post(f"/api/v1/jobs/{job['id']}/pause")
    assert (paused.status_code, paused.json()["status"]) == (200, "paused")
    assert paused.json()["paused_by"] == "a_admin"
    resumed = admin.post(f"/api/v1/jobs/{job['id']}/resume")
    assert (resumed.status_code, resumed.json()["status"]) == (200, "active")


def test_get_overdue_jobs(admin, job, site):
    assert admin.get("/api/v1/jobs/overdue/list").json() == []
    site.world.clock.advance(2 * 86_400)
    assert [one["name"] for one in admin.get("/api/v1/jobs/overdue/list").json()] == ["system_cleanup"]


def test_get_job_statistics(admin, job):
    answer = admin.get("/api/v1/jobs/stats/overview")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["total_jobs"], told["enabled_jobs"]) == (1, 1)
    assert told["jobs_by_type"] == {"document_cleanup": 1}
    again = admin.get("/api/v1/jobs/stats/overview", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_validate_schedule(admin):
    asked = {"schedule_type": "daily", "schedule_expression": "09:30", "timezone": "UTC"}
    answer = admin.post("/api/v1/jobs/validate-schedule", json=asked)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["valid"], told["error"]) == (True, None)
    assert told["description"] == "Every day at 09:30, UTC"
    assert len(told["next_runs"]) == 5
    assert all(one["at"].endswith("T09:30:00Z") for one in told["next_runs"])


def test_validate_a_schedule_that_cannot_be(admin):
    asked = {"schedule_type": "monthly", "schedule_expression": "32:08:00"}
    answer = admin.post("/api/v1/jobs/validate-schedule", json=asked)
    assert answer.status_code == 200
    told = answer.json()
    assert told["valid"] is False
    assert "32" in told["error"]
    assert told["fix"]
    assert told["next_runs"] == []


@pytest.mark.parametrize("after", [5, 0.86, True, "5", "2026-03-29T02:30:00", "0001-01-01T00:00:00Z"])
def test_a_bare_number_or_an_instant_without_a_zone_is_no_instant(admin, after):
    asked = {"schedule_type": "daily", "schedule_expression": "09:30", "after": after}
    answer = admin.post("/api/v1/jobs/validate-schedule", json=asked)
    assert answer.status_code == 422
    assert answer.json()["field"] == "after"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/jobs"),
        ("GET", "/api/v1/jobs/system_cleanup/"),
        ("GET", "/api/v1/jobs/overdue/list/"),
        ("GET", "/api/v1/executions/"),
        ("POST", "/api/v1/jobs/system_cleanup/execute/"),
    ],
)
def test_a_slash_at_the_end_makes_no_difference(admin, job, method, path):
    assert admin.request(method, path, follow_redirects=False).status_code in (200, 202)
