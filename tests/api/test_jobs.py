"""Lists of jobs: filters, order, pages, cursors; changes that meet each other."""

import pytest


def names(page):
    return [job["name"] for job in page["items"]]


def walk(client, address):
    """All pages from there on, by the header Link."""
    while address:
        answer = client.get(address)
        assert answer.status_code == 200
        yield answer.json()
        address = answer.links.get("next", {}).get("url")


def test_filters_restrict_and_are_kept_on_the_next_page(admin, site):
    for number in range(5):
        site.world.add_job(f"keep_{number}", tags=["night"], job_type="custom", is_enabled=False)
    site.world.add_job("other", tags=["day"])
    pages = list(walk(admin, "/api/v1/jobs/?tag=night&status=disabled&size=2"))
    assert [names(page) for page in pages] == [["keep_0", "keep_1"], ["keep_2", "keep_3"], ["keep_4"]]
    assert names(admin.get("/api/v1/jobs/?search=eEp_3").json()) == ["keep_3"]
    assert names(admin.get("/api/v1/jobs/?search=%25").json()) == []
    assert names(admin.get("/api/v1/jobs/?is_enabled=true").json()) == ["other"]


@pytest.mark.parametrize(
    "sort",
    ["name", "-name", "id", "-id", "next_run", "-next_run", "last_run", "-task_priority", "-created_at"],
)
def test_every_order_pages_through_every_job_once(admin, site, sort):
    for number in range(7):
        schedule = {"daily": f"0{number}:00"} if number % 2 else {}
        site.world.add_job(f"job_{number}", task_priority=number % 3, **schedule)
        site.world.clock.advance(1)
    pages = list(walk(admin, f"/api/v1/jobs/?sort={sort}&size=2"))
    seen = [name for page in pages for name in names(page)]
    assert sorted(seen) == [f"job_{number}" for number in range(7)]
    assert seen == names(admin.get(f"/api/v1/jobs/?sort={sort}&size=100").json())


def test_pages_by_number_end_where_counting_gets_dear(admin):
    answer = admin.get("/api/v1/jobs/?page=1001&size=10")
    assert answer.status_code == 422
    told = answer.json()
    assert (told["code"], told["field"]) == ("too_deep", "page")
    assert "cursor" in told["fix"]


@pytest.mark.parametrize(
    "query",
    ["size=0", "size=101", "page=0", "sort=password", "cursor=%00", "cursor=x", "status=odd", "size=1e9"],
)
def test_a_question_that_cannot_be_answered_names_its_field(admin, query):
    answer = admin.get(f"/api/v1/jobs/?{query}")
    assert answer.status_code in (400, 422)
    if answer.status_code == 422:
        assert answer.json()["field"] == query.partition("=")[0]


def test_a_change_under_if_match_meets_only_the_version_that_was_read(admin, site):
    site.world.add_job("backup", daily="02:00")
    tag = admin.get("/api/v1/jobs/backup").headers["etag"]
    first = admin.patch("/api/v1/jobs/backup", json={"title": "First"}, headers={"If-Match": tag})
    second = admin.patch("/api/v1/jobs/backup", json={"title": "Second"}, headers={"If-Match": tag})
    assert (first.status_code, second.status_code) == (200, 412)
    assert second.json()["code"] == "changed"
    assert admin.delete("/api/v1/jobs/backup", headers={"If-Match": tag}).status_code == 412
    assert admin.delete("/api/v1/jobs/backup", headers={"If-Match": first.headers["etag"]}).status_code == 204


@pytest.mark.parametrize(
    "field", ["id", "next_run", "version", "created_by", "origin", "overrides", "paused_at", "is_admin"]
)
def test_nobody_sets_what_is_not_his_to_set(admin, site, field):
    site.world.add_job("backup", daily="02:00")
    for method, path, body in (
        ("POST", "/api/v1/jobs/", {"name": "other", "task_name": "work", field: 1}),
        ("PATCH", "/api/v1/jobs/backup", {field: 1}),
    ):
        answer = admin.request(method, path, json=body)
        assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_what_is_not_given_is_as_the_settings_say(admin):
    assert admin.patch("/api/v1/settings", json={"default_timeout": 7}).status_code == 200
    made = admin.post("/api/v1/jobs/", json={"name": "one", "task_name": "work"}).json()
    told = admin.post("/api/v1/jobs/", json={"name": "two", "task_name": "work", "timeout": 9}).json()
    assert (made["timeout"], told["timeout"]) == (7, 9)


def test_a_taken_name_an_unknown_task_and_a_bad_schedule_each_say_what_to_do(admin, site):
    site.world.add_job("backup", daily="02:00")
    taken = admin.post("/api/v1/jobs/", json={"name": "backup", "task_name": "work"})
    unknown = admin.post("/api/v1/jobs/", json={"name": "other", "task_name": "wrk"})
    bad = admin.post(
        "/api/v1/jobs/",
        json={"name": "other", "task_name": "work", "schedule_type": "daily", "schedule_expression": "25:00"},
    )
    assert [(one.status_code, one.json()["code"]) for one in (taken, unknown, bad)] == [
        (409, "name_taken"),
        (404, "not_found"),
        (422, "invalid_schedule"),
    ]
    assert 'did you mean "work"?' in unknown.json()["fix"]
    assert [one.json()["field"] for one in (taken, unknown, bad)] == [
        "name",
        "task_name",
        "schedule_expression",
    ]


def test_older_versions_can_be_read_and_restored(admin, site):
    site.world.add_job("backup", daily="02:00", title="First")
    admin.patch("/api/v1/jobs/backup", json={"title": "Second"})
    versions = admin.get("/api/v1/jobs/backup/versions").json()
    assert [(one["version"], one["spec"]["title"]) for one in versions] == [(2, "Second"), (1, "First")]
    restored = admin.post("/api/v1/jobs/backup/versions/1/restore").json()
    assert (restored["title"], restored["version"]) == ("First", 3)
