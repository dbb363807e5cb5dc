"""Inputs of any size and kind have bounds, and show nothing that is not theirs."""

import pytest
from fastapi.testclient import TestClient

from rota.asgi import create
from tests.api.site import HOST

BIG = 10**12


@pytest.mark.parametrize("query", [
    {"size": 10**9}, {"size": 0}, {"size": -1}, {"page": -1}, {"page": BIG}, {"page": 10_000, "size": 100},
    {"sort": "password_hash"}, {"sort": "name; DROP TABLE jobs"}, {"cursor": "x" * 3000}, {"cursor": "bm9uZQ"},
    {"search": "x" * 201}, {"status": "' OR 1=1 --"},
])  # fmt: skip
def test_pages_and_filters_have_bounds(admin, query):
    assert admin.get("/api/v1/jobs/", params=query).status_code == 422
    for search in ("%%%%%%%%", "_%_%_%_%", "'\"\\;--"):
        assert admin.get("/api/v1/jobs/", params={"search": search}).json()["total"] == 0


@pytest.mark.parametrize("expression", [
    "*/" + "9" * 4400 + " * * * *", ",".join("1" * 5000) + " * * * *", "\u0661 * * * *", "* " * 5000,
    "0-" + "9" * 40 + " * * * *", "1" * 10_001, "L" * 9000,
])  # fmt: skip
def test_a_schedule_of_any_size_is_answered_and_never_an_accident(admin, expression):
    asked = {"schedule_type": "cron", "schedule_expression": expression}
    answer = admin.post("/api/v1/jobs/validate-schedule", json=asked)
    assert answer.status_code in (200, 422)
    assert answer.status_code == 422 or answer.json()["valid"] is False
    assert len(answer.content) < len(expression) + 5000


@pytest.mark.parametrize("expression", [
    "${DATABASE_URL}", "${ROTA_SECRET_KEY}", "${NIGHT_SCHEDULE}${ROTA_SECRET_KEY}", "${${NIGHT_SCHEDULE}}",
    "${SNEAKY_SCHEDULE}", "${HUGE_SCHEDULE}",
])  # fmt: skip
def test_environment_only_allowed_variables_are_read_and_none_is_shown(site, admin, expression):
    site.world.environ.update(
        DATABASE_URL="canary-one", ROTA_SECRET_KEY="canary-two", NIGHT_SCHEDULE="02:00",
        SNEAKY_SCHEDULE="${ROTA_SECRET_KEY}", HUGE_SCHEDULE="canary-three" * 100_000,
    )  # fmt: skip
    asked = {"schedule_type": "daily", "schedule_expression": expression}
    told = admin.post("/api/v1/jobs/validate-schedule", json=asked)
    made = admin.post("/api/v1/jobs/", json={"name": "one", "task_name": "work", **asked})
    assert (told.status_code, told.json()["valid"], made.status_code) == (200, False, 422)
    assert "canary" not in told.text + made.text
    assert len(told.content) + len(made.content) < 5000


def test_proxies_that_nobody_trusts_say_nothing(world):
    spoofed = {
        "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Host": "evil.example.com",
        "Forwarded": "for=203.0.113.7",
    }
    with TestClient(create(world.rota), base_url=HOST) as client:
        asked = {"name": "nobody", "password": "some words or others"}
        answer = client.post("/api/v1/session", json=asked, headers=spoofed)
    assert answer.status_code == 401
    (entry,) = world.rota.auditing.search()
    assert entry.address == "testclient"
    assert "evil" not in answer.text + str(answer.headers)
